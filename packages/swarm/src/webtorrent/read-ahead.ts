/** Reads a part of a piece. All in bytes. */
export type ReadPiece = (piece: number, offset: number, length: number) => Promise<Uint8Array>

/** Bytes that are read at once: peers ask for the blocks of a piece one after the other. */
const windowBytes = 128 * 1024

/** Windows that are kept, over all peers of a pack. */
const keptWindows = 64

/**
 * Answers reads of blocks from windows of a few blocks each, so that there is one system call for eight blocks; a
 * window is dropped when it was read to its end, or when many newer ones came.
 */
export function readAhead(pieceBytes: (piece: number) => number, read: ReadPiece): ReadPiece {
  const windows = new Map<string, Promise<Uint8Array>>()
  const windowOf = (piece: number, start: number, length: number) => {
    const key = `${piece} ${start}`
    const known = windows.get(key)
    if (known) return known
    const window = read(piece, start, length)
    windows.set(key, window)
    window.catch(() => windows.delete(key))
    const [oldest] = windows.keys()
    if (windows.size > keptWindows && oldest !== undefined) windows.delete(oldest)
    return window
  }
  return async (piece, offset, length) => {
    const start = offset - (offset % windowBytes)
    const end = Math.min(start + windowBytes, pieceBytes(piece))
    if (offset + length > end) return read(piece, offset, length)
    const window = await windowOf(piece, start, end - start)
    if (offset + length === end) windows.delete(`${piece} ${start}`)
    return window.subarray(offset - start, offset - start + length)
  }
}
