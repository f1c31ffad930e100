import { isRepocastError } from '@repocast/errors'
import {
  newObjects,
  type RootTree,
  type SnapshotRecord,
  type TreeReader,
  walkTree,
  walkTreeObjects,
} from '@repocast/objects'
import type { Inventory, PackShelf } from '@repocast/store'
import type { StagedObjects } from '../scan/staged-objects.ts'

/** Every so many serials all objects of a snapshot are counted, and packs merged. */
const stockTakingEvery = 8

/** What was listed; `incomplete` when the store has not all of it. */
export type Taken = 'whole' | 'difference' | 'incomplete'

/**
 * Lists the objects of a tree that was just scanned: all, or what is new against the last snapshot, whose packs hold
 * the rest. Now and then all, so that packs can be given up.
 */
export async function takeInventory(
  inventory: Inventory,
  objects: StagedObjects,
  packs: Pick<PackShelf, 'has'>,
  root: RootTree,
  last: SnapshotRecord | undefined,
): Promise<Taken> {
  const isOften = last && (last.serial + 1) % stockTakingEvery !== 0
  if (isOften && last.packs.every(({ infoHash }) => packs.has(infoHash))) {
    const isThere = await takes(
      inventory,
      objects,
      async () => await takeNew(inventory, objects.readTree, last.root, root),
    )
    if (isThere) return 'difference'
  }
  const isThere = await takes(inventory, objects, async () => await takeWhole(inventory, objects.readTree, root))
  return isThere ? 'whole' : 'incomplete'
}

async function takes(inventory: Inventory, objects: StagedObjects, take: () => Promise<void>): Promise<boolean> {
  try {
    await take()
    for (const id of inventory.missing()) if (!objects.has(id)) return false
    return true
  } catch (error) {
    if (isRepocastError(error, 'REPOCAST_OBJECT_MISSING')) return false
    throw error
  }
}

async function takeNew(inventory: Inventory, read: TreeReader, before: RootTree, root: RootTree): Promise<void> {
  for await (const object of newObjects(read, before.id, root)) inventory.add(object)
}

async function takeWhole(inventory: Inventory, read: TreeReader, root: RootTree): Promise<void> {
  for await (const { id, size } of walkTreeObjects(read, root)) inventory.add({ kind: 'tree', id, size, path: '' })
  for await (const { path, entry } of walkTree(read, root.id)) {
    if (entry.type === 'f') inventory.add({ kind: 'blob', id: entry.id, size: entry.size, path })
  }
}
