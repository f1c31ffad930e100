import { compareNames } from '@repocast/objects'
import type { PackEntry } from './entry.ts'

/** Whether the blob at this path is replaced with most snapshots, as package metadata is. */
export type IsVolatile = (path: string) => boolean

/**
 * The part of a snapshot's packs in which an object lies, so that what lives and dies together lies together: trees (0),
 * then volatile blobs (1), then the others (2).
 */
export function packGroup({ kind, path }: PackEntry, isVolatile: IsVolatile): 0 | 1 | 2 {
  if (kind === 'tree') return 0
  return isVolatile(path) ? 1 : 2
}

/**
 * The order in which objects are laid out: by group, trees by id, blobs by the bytes of their paths. An object that is
 * named twice comes once, and the empty blob not at all, since every store holds it. For so many that a sort in memory
 * is too much, `Inventory` of the store has the same order.
 */
export function inPackOrder(entries: Iterable<PackEntry>, isVolatile: IsVolatile): PackEntry[] {
  const sorted = [...entries]
    .filter(({ size }) => size > 0)
    .map(entry => ({ entry, group: packGroup(entry, isVolatile) }))
    .sort((a, b) => a.group - b.group || compare(a.entry, b.entry))
  const seen = new Set<string>()
  return sorted.map(({ entry }) => entry).filter(({ id }) => !seen.has(id) && seen.add(id))
}

function compare(a: PackEntry, b: PackEntry): number {
  const [byId, byPath] = [compareNames(a.id, b.id), compareNames(a.path, b.path)]
  return a.kind === 'tree' ? byId || byPath : byPath || byId
}
