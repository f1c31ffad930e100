/** Shortest piece of a large pack, in bytes. */
const usual = 256 * 1024

/** Shortest piece of all, in bytes. */
const shortest = 64 * 1024

/** A pack has at least so many pieces where they do not get shorter than the shortest: mirrors trade whole pieces. */
const leastPieces = 256
/** Longest piece that a plan uses, in bytes: a piece is held in memory until it is verified. */
export const longestPlannedPiece = 8 * 1024 * 1024

/**
 * Bytes per piece for a pack of `bytes`, a power of two: 256 KiB or, up to 8 MiB, what leaves the pack with at most half
 * of `maxPieces`; less, down to 64 KiB, for a small pack. Few long pieces spread slowly, many short ones cost a message
 * each to each peer.
 */
export function pieceLengthFor(bytes: number, maxPieces: number): number {
  let length = usual
  while (length > shortest && bytes / length < leastPieces) length /= 2
  while (length < longestPlannedPiece && bytes / length > maxPieces / 2) length *= 2
  return length
}
