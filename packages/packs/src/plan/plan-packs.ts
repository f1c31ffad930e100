import type { ObjectId } from '@repocast/objects'
import { defaultPackLimits, type PackEntry, type PackLimits, type PackPlan } from './entry.ts'
import { longestPlannedPiece, pieceLengthFor } from './piece-length.ts'

export interface PlanOptions {
  /** Whether the blob at this path is replaced with most snapshots, as package metadata is. */
  readonly volatile: (path: string) => boolean
  readonly limits?: Partial<PackLimits>
}

/**
 * Lays objects out in packs. What lives and dies together lies together: trees, then volatile blobs, then the
 * others, blobs by path. The order of `entries` does not matter, an id that occurs twice is packed once, and
 * the empty blob not at all, since every store holds it. Pure.
 */
export function planPacks(entries: Iterable<PackEntry>, options: PlanOptions): PackPlan[] {
  const limits = { ...defaultPackLimits, ...options.limits }
  const maxBytes = Math.min(limits.maxBytes, limits.maxPieces * longestPlannedPiece)
  const plans: PackPlan[] = []
  let [pack, bytes]: [PackEntry[], number] = [[], 0]
  const close = () => {
    if (pack.length > 0) plans.push({ entries: pack, bytes, pieceLength: pieceLengthFor(bytes, limits.maxPieces) })
    pack = []
    bytes = 0
  }
  for (const entry of inPackOrder(entries, options.volatile)) {
    if (pack.length >= limits.maxObjects || bytes + entry.size > maxBytes) close()
    pack.push(entry)
    bytes += entry.size
  }
  close()
  return plans
}

function* inPackOrder(entries: Iterable<PackEntry>, volatile: (path: string) => boolean): Generator<PackEntry> {
  const [trees, metadata, pool]: [PackEntry[], PackEntry[], PackEntry[]] = [[], [], []]
  for (const entry of entries) {
    if (entry.size === 0) continue
    if (entry.kind === 'tree') trees.push(entry)
    else (volatile(entry.path) ? metadata : pool).push(entry)
  }
  trees.sort(byId)
  metadata.sort(byPath)
  pool.sort(byPath)
  const seen = new Set<ObjectId>()
  for (const group of [trees, metadata, pool]) {
    for (const entry of group) {
      if (seen.has(entry.id)) continue
      seen.add(entry.id)
      yield entry
    }
  }
}

function byId(a: PackEntry, b: PackEntry): number {
  return compare(a.id, b.id) || compare(a.path, b.path)
}

function byPath(a: PackEntry, b: PackEntry): number {
  return compare(a.path, b.path) || compare(a.id, b.id)
}

// Code units, not bytes: it is an order like any other, and a million paths are sorted without encoding them.
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
