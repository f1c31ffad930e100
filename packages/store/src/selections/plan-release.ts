import type { Pack } from '@repocast/packs'
import { Bits } from '../pieces/bitfield.ts'

/** What a pack is to a mirror that wants only some of its objects. */
export interface WantedOfPack {
  /** Pieces with bytes of objects that are wanted. */
  readonly pieces: Bits
  /** Indexes of objects that nobody wants and that are in no such piece, or in others besides. */
  readonly unneeded: readonly number[]
}

/**
 * Which objects of a pack may go when only those are wanted of which `isWanted` is true. Others stay where all their
 * pieces have bytes of wanted ones: they came with those, and are given to others with them. Pure.
 */
export function planRelease(
  pack: Pick<Pack, 'objectCount' | 'pieceCount' | 'piecesOfObject'>,
  isWanted: (object: number) => boolean,
): WantedOfPack {
  const pieces = new Bits(pack.pieceCount)
  for (let object = 0; object < pack.objectCount; object += 1) {
    if (!isWanted(object)) continue
    const { first, last } = pack.piecesOfObject(object)
    for (let piece = first; piece <= last; piece += 1) pieces.add(piece)
  }
  const unneeded: number[] = []
  for (let object = 0; object < pack.objectCount; object += 1) {
    if (isWanted(object)) continue
    const { first, last } = pack.piecesOfObject(object)
    let isNeeded = true
    for (let piece = first; piece <= last && isNeeded; piece += 1) isNeeded = pieces.has(piece)
    if (!isNeeded) unneeded.push(object)
  }
  return { pieces, unneeded }
}
