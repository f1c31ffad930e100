import type { ChunkStore } from 'webtorrent'

/**
 * The abstract-chunk-store that webtorrent demands. It is never used: blocks are served by our upload queues and
 * written by our transfer, so a call means that webtorrent's own scheduler runs, which it must not.
 */
export function unusedChunkStore(pieceLength: number): ChunkStore {
  const closed = (done: (error: Error | null) => void) => queueMicrotask(() => done(null))
  return {
    chunkLength: pieceLength,
    get(piece, _range, done) {
      queueMicrotask(() => done(new Error(`webtorrent reads piece ${piece} by itself`)))
    },
    put(piece, _bytes, done) {
      queueMicrotask(() => done(new Error(`webtorrent fetched piece ${piece} by itself`)))
    },
    close: closed,
    destroy: closed,
  }
}
