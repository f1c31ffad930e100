import { zstdDecompressSync } from 'node:zlib'
import { Malformed } from '../../metadata/malformed.ts'
import type { ByteSource } from '../byte-source.ts'
import { type Chunk, digestOf, readHeader, type ZchunkHeader } from './header.ts'

/** Longest chunk that is unpacked, because it is in memory as a whole; createrepo_c makes some of 100 KB. */
const maxChunkBytes = 64 * 1024 * 1024

/** Unpacks the body of a zchunk file: its chunks one after the other. @throws Malformed */
export async function* unpackZchunk(source: ByteSource): AsyncGenerator<Uint8Array> {
  const header = await readHeader(source)
  const dictionary = await readChunk(source, header, header.dictionary, undefined)
  for (const chunk of header.chunks) {
    const bytes = await readChunk(source, header, chunk, dictionary.length > 0 ? dictionary : undefined)
    if (bytes.length > 0) yield bytes
  }
  if (!(await source.isAtEnd())) throw new Malformed('there is something else behind its end')
}

async function readChunk(
  source: ByteSource,
  { compression, digestType }: ZchunkHeader,
  { digest, packedBytes, unpackedBytes }: Chunk,
  dictionary: Buffer | undefined,
): Promise<Buffer> {
  if (packedBytes > maxChunkBytes || unpackedBytes > maxChunkBytes)
    throw new Malformed(`it has a chunk of more than ${maxChunkBytes} bytes, which repocast does not unpack`)
  const packed = await source.takeExactly(packedBytes)
  if (packedBytes > 0 && !digestOf(digestType, [packed]).equals(digest))
    throw new Malformed('it is damaged (the checksum of a chunk is wrong)')
  const bytes = compression === 'none' || packedBytes === 0 ? packed : unpack(packed, unpackedBytes, dictionary)
  if (bytes.length !== unpackedBytes)
    throw new Malformed(`it is damaged (a chunk has ${bytes.length} bytes, its index says ${unpackedBytes})`)
  return bytes
}

function unpack(packed: Buffer, unpackedBytes: number, dictionary: Buffer | undefined): Buffer {
  try {
    const limit = { maxOutputLength: Math.max(1, unpackedBytes) }
    return zstdDecompressSync(packed, dictionary === undefined ? limit : { ...limit, dictionary })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const dictionaryHint = dictionary === undefined ? '' : '; chunks with a dictionary need Node 22.19 or 24.6'
    throw new Malformed(`a chunk of it cannot be unpacked (${why}${dictionaryHint})`)
  }
}
