const smallest = 256 * 1024
/** Longest piece that a plan uses, in bytes: a piece is held in memory until it is verified. */
export const longestPlannedPiece = 8 * 1024 * 1024

/**
 * Bytes per piece for a pack of `bytes`: the smallest power of two from 256 KiB to 8 MiB that leaves the pack
 * with at most half of `maxPieces`. Few long pieces spread slowly, many short ones cost a message each to each peer.
 */
export function pieceLengthFor(bytes: number, maxPieces: number): number {
  let length = smallest
  while (length < longestPlannedPiece && bytes / length > maxPieces / 2) length *= 2
  return length
}
