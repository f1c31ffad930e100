import type { ChunkStore } from 'webtorrent'

/** Reads a part of a piece. All in bytes. */
export type ReadPiece = (piece: number, offset: number, length: number) => Promise<Uint8Array>

/**
 * The abstract-chunk-store that webtorrent serves blocks from. It only reads: what is received is written by the
 * transfer, so a `put` means that webtorrent's own scheduler runs, which it must not.
 */
export function chunkStoreOver(
  pack: { pieceLength: number; pieceBytes(piece: number): number },
  read: ReadPiece,
): ChunkStore {
  const closed = (done: (error: Error | null) => void) => queueMicrotask(() => done(null))
  return {
    chunkLength: pack.pieceLength,
    get(piece, range, done) {
      const offset = range?.offset ?? 0
      const length = range?.length ?? pack.pieceBytes(piece) - offset
      read(piece, offset, length).then(
        bytes => done(null, bytes),
        (error: Error) => done(error),
      )
    },
    put(piece, _bytes, done) {
      queueMicrotask(() => done(new Error(`webtorrent fetched piece ${piece} by itself`)))
    },
    close: closed,
    destroy: closed,
  }
}
