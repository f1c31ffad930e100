import { createHash } from 'node:crypto'
import { Malformed } from '../../metadata/malformed.ts'
import type { ByteSource } from '../byte-source.ts'

/** A piece of the body that is compressed by itself. */
export interface Chunk {
  /** Digest of the compressed bytes. */
  readonly digest: Buffer
  readonly packedBytes: number
  readonly unpackedBytes: number
}

export interface ZchunkHeader {
  /** Bytes before the body. */
  readonly sizeBytes: number
  /** The digest that it says it has itself, and has; lower-case hexadecimal. */
  readonly digest: string
  readonly compression: 'none' | 'zstd'
  readonly digestType: DigestType
  /** What all chunks but itself are compressed with; of no bytes when there is none. */
  readonly dictionary: Chunk
  readonly chunks: readonly Chunk[]
}

/** How a digest is made: by which algorithm, and how many bytes of it are kept. */
interface DigestType {
  readonly algorithm: string
  readonly sizeBytes: number
}

/** By their numbers in the format. */
const digestTypes: readonly DigestType[] = [
  { algorithm: 'sha1', sizeBytes: 20 },
  { algorithm: 'sha256', sizeBytes: 32 },
  { algorithm: 'sha512', sizeBytes: 64 },
  { algorithm: 'sha512', sizeBytes: 16 },
]
const compressions: Readonly<Record<number, 'none' | 'zstd'>> = { 0: 'none', 2: 'zstd' }

const flags = { streams: 1, optionalElements: 2, unpackedDigests: 4 } as const
const magic = '\0ZCK1'
/** Longest header that is read; 40 bytes for each chunk, and the largest have some 100,000 chunks. */
const maxHeaderBytes = 64 * 1024 * 1024

/**
 * Reads what stands before the body, and leaves the source there.
 * https://github.com/zchunk/zchunk/blob/main/zchunk_format.txt, and what libzck does where that is silent: the size of the
 * header stands before its checksum, and flags are a compressed integer.
 * @throws Malformed
 */
export async function readHeader(source: ByteSource): Promise<ZchunkHeader> {
  const id = await source.takeExactly(magic.length)
  if (id.toString('latin1') !== magic) throw new Malformed('it is not a zchunk file')
  const { type, sizeBytes, encoded } = await readLead(source)
  if (sizeBytes > maxHeaderBytes) throw new Malformed(`its header has ${sizeBytes} bytes, which no metadata has`)
  const digest = await source.takeExactly(type.sizeBytes)
  const header = await source.takeExactly(sizeBytes)
  if (!digestOf(type, [id, encoded, header]).equals(digest))
    throw new Malformed('it is damaged (the checksum of its header is wrong)')
  const beforeBody = id.length + encoded.length + digest.length + sizeBytes
  return { ...parseHeader(new HeaderReader(header), type), sizeBytes: beforeBody, digest: digest.toString('hex') }
}

/** The digest of `parts`. */
export function digestOf({ algorithm, sizeBytes }: DigestType, parts: readonly Uint8Array[]): Buffer {
  const hash = createHash(algorithm)
  for (const part of parts) hash.update(part)
  return hash.digest().subarray(0, sizeBytes)
}

async function readLead(source: ByteSource): Promise<{ type: DigestType; sizeBytes: number; encoded: Buffer }> {
  // Two integers of up to ten bytes; what is too much goes back.
  const bytes = await source.take(20)
  const reader = new HeaderReader(bytes)
  const type = reader.digestType()
  const sizeBytes = reader.integer()
  source.unread(bytes.subarray(reader.at))
  return { type, sizeBytes, encoded: bytes.subarray(0, reader.at) }
}

function parseHeader(reader: HeaderReader, type: DigestType): Omit<ZchunkHeader, 'sizeBytes' | 'digest'> {
  // The checksum of the whole body: each chunk has its own.
  reader.bytes(type.sizeBytes)
  const flag = reader.integer()
  if (flag > 7 || (flag & flags.streams) !== 0)
    throw new Malformed('it is a kind of zchunk that repocast does not know')
  const compression = compressions[reader.integer()]
  if (compression === undefined) throw new Malformed('its chunks are compressed in a way that repocast does not know')
  if ((flag & flags.optionalElements) !== 0) {
    for (let left = reader.integer(); left > 0; left -= 1) {
      reader.integer()
      reader.bytes(reader.integer())
    }
  }
  // The size of the index, which tells itself where it ends.
  reader.integer()
  const digestType = reader.digestType()
  const count = reader.integer()
  const readChunk = (): Chunk => {
    const digest = reader.bytes(digestType.sizeBytes)
    if ((flag & flags.unpackedDigests) !== 0) reader.bytes(digestType.sizeBytes)
    return { digest, packedBytes: reader.integer(), unpackedBytes: reader.integer() }
  }
  const dictionary = readChunk()
  const chunks: Chunk[] = []
  while (chunks.length + 1 < count) chunks.push(readChunk())
  return { compression, digestType, dictionary, chunks }
}

class HeaderReader {
  readonly #bytes: Buffer
  at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** Seven bits in each byte, the lowest first; the last byte has its top bit set. */
  integer(): number {
    let value = 0
    for (let unit = 1; unit <= 2 ** 49; unit *= 128) {
      const byte = this.#bytes[this.at]
      if (byte === undefined) throw new Malformed('its header ends too early')
      this.at += 1
      value += (byte & 0x7f) * unit
      if ((byte & 0x80) !== 0 && Number.isSafeInteger(value)) return value
    }
    throw new Malformed('its header has a number that is too large')
  }

  bytes(count: number): Buffer {
    if (count > this.#bytes.length - this.at) throw new Malformed('its header ends too early')
    this.at += count
    return this.#bytes.subarray(this.at - count, this.at)
  }

  digestType(): DigestType {
    const type = digestTypes[this.integer()]
    if (type === undefined) throw new Malformed('it has checksums that repocast does not know')
    return type
  }
}
