import { defaultPackLimits, type PackEntry, type PackLimits, type PackPlan } from './entry.ts'
import { longestPlannedPiece, pieceLengthFor } from './piece-length.ts'

/** Lays objects, given in pack order, out in packs: one pack after the other, no more than one in memory. Pure. */
export function* planPacks(entries: Iterable<PackEntry>, options: Partial<PackLimits> = {}): Generator<PackPlan> {
  const limits = { ...defaultPackLimits, ...options }
  const maxBytes = Math.min(limits.maxBytes, limits.maxPieces * longestPlannedPiece)
  let [pack, bytes]: [PackEntry[], number] = [[], 0]
  const close = (): PackPlan => {
    const plan = { entries: pack, bytes, pieceLength: pieceLengthFor(bytes, limits.maxPieces) }
    pack = []
    bytes = 0
    return plan
  }
  for (const entry of entries) {
    if (pack.length > 0 && (pack.length >= limits.maxObjects || bytes + entry.size > maxBytes)) yield close()
    pack.push(entry)
    bytes += entry.size
  }
  if (pack.length > 0) yield close()
}
