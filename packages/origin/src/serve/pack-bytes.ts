import { Readable } from 'node:stream'
import type { ByteRange } from '@repocast/daemon'
import type { PackStorage } from '@repocast/store'

const longestRead = 128 * 1024

/** Waits until so many bytes may go out. */
export type Spend = (bytes: number) => Promise<void>

/** Bytes of a pack that is complete, as a stream. */
export function readPackBytes(storage: PackStorage, range: ByteRange, spend: Spend): Readable {
  return Readable.from(readParts(storage, range, spend), { objectMode: false, highWaterMark: longestRead })
}

async function* readParts(storage: PackStorage, { first, last }: ByteRange, spend: Spend): AsyncGenerator<Buffer> {
  for (let at = first; at <= last; ) {
    const piece = Math.floor(at / storage.pack.pieceLength)
    const offset = at - piece * storage.pack.pieceLength
    const length = Math.min(storage.pack.pieceBytes(piece) - offset, last + 1 - at, longestRead)
    await spend(length)
    yield await storage.read(piece, offset, length)
    at += length
  }
}
