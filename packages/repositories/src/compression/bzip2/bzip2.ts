import { Malformed } from '../../metadata/malformed.ts'
import type { ByteSource } from '../byte-source.ts'
import { BitReader } from './bit-reader.ts'
import { readBlock } from './block.ts'

const blockMark = 0x314159265359
const endMark = 0x177245385090
const levelBytes = 100_000

/**
 * Unpacks bzip2: one or several streams. There is no specification of the format but its program; see
 * https://github.com/dsnet/compress/blob/master/doc/bzip2-format.pdf
 * @throws Malformed
 */
export async function* unpackBzip2(source: ByteSource): AsyncGenerator<Uint8Array> {
  const reader = new BitReader()
  do yield* unpackStream(source, reader)
  while (await hasMore(source, reader))
}

async function* unpackStream(source: ByteSource, reader: BitReader): AsyncGenerator<Uint8Array> {
  await fill(source, reader, 4)
  const isBegin = reader.bits(24) === 0x425a68
  const level = reader.bits(8) - 0x30
  if (!isBegin || level < 1 || level > 9)
    throw new Malformed('it is damaged, or there is something else behind its end')
  const table = new Uint32Array(level * levelBytes)
  let combined = 0
  for (;;) {
    await fill(source, reader, longestBlock(level))
    const mark = reader.bits(24) * 2 ** 24 + reader.bits(24)
    if (mark === endMark) break
    if (mark !== blockMark) throw new Malformed('it is damaged (no block where one has to be)')
    const crc = yield* readBlock(reader, table)
    combined = (((combined << 1) | (combined >>> 31)) ^ crc) >>> 0
  }
  if (reader.word() !== combined) throw new Malformed('it is damaged (the checksum of the whole is wrong)')
  reader.align()
}

/** Bytes that a block takes at most: 20 bits for each symbol, and its tables. */
function longestBlock(level: number): number {
  return (level * levelBytes * 20) / 8 + 64 * 1024
}

/** Lets `reader` have so many bytes at least, if there are that many. */
async function fill(source: ByteSource, reader: BitReader, sizeBytes: number): Promise<void> {
  const missing = sizeBytes - reader.availableBytes
  if (missing <= 0) return
  reader.append([await source.take(missing)])
}

async function hasMore(source: ByteSource, reader: BitReader): Promise<boolean> {
  await fill(source, reader, 1)
  return reader.availableBytes > 0
}
