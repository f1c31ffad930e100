import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database } from '@repocast/database'
import { systemErrorCode } from '@repocast/errors'
import { emptyBlobId, type ObjectId } from '@repocast/objects'
import { toBytes, toObjectId } from '../catalog/catalog.ts'
import { Layout } from '../layout.ts'

/** What a collection removes. */
export interface CollectionPlan {
  /** Objects that no pack holds, and that are of no removed file that stays for a while. Whatever a kept snapshot needs is in a pack of it. */
  readonly objects: readonly { readonly id: ObjectId; readonly size: number }[]
  readonly bytes: number
}

const removedPerStep = 500

/** Plans the removal of objects that no pack of the store holds. Changes nothing. */
export function planCollection(catalog: Database): CollectionPlan {
  const rows = catalog
    .prepare<[Buffer], { id: Buffer; size: number }>(
      `SELECT id, size FROM objects WHERE id <> ? AND NOT EXISTS (SELECT 1 FROM pack_objects WHERE object = id)
       AND NOT EXISTS (SELECT 1 FROM kept_files WHERE object = id)`,
    )
    .all(toBytes(emptyBlobId))
  const objects = rows.map(({ id, size }) => ({ id: toObjectId(id), size }))
  return { objects, bytes: objects.reduce((sum, { size }) => sum + size, 0) }
}

/**
 * Removes what the plan names: first the rows, then the files, so that a crash leaves files without a row (which are
 * found or removed later), never a row without a file.
 */
export async function collect(plan: CollectionPlan, layout: Layout, catalog: Database): Promise<void> {
  const remove = catalog.prepare<[Buffer]>(
    `DELETE FROM objects WHERE id = ? AND NOT EXISTS (SELECT 1 FROM pack_objects WHERE object = id)
     AND NOT EXISTS (SELECT 1 FROM kept_files WHERE object = id)`,
  )
  for (let at = 0; at < plan.objects.length; at += removedPerStep) {
    const step = plan.objects.slice(at, at + removedPerStep)
    const removed = step.filter(({ id }) => remove.run(toBytes(id)).changes > 0)
    for (const { id } of removed) await rm(layout.object(id), { force: true })
  }
  await removeVariants(new Set(plan.objects.map(({ id }) => id)), layout)
  await removePartials(layout, catalog)
}

/** Removes the copies with other attributes of objects that are gone. */
async function removeVariants(gone: ReadonlySet<string>, layout: Layout): Promise<void> {
  const digits = new Set([...gone].map(id => id.slice(0, 2)))
  for (const two of digits) {
    for (const name of await readdir(join(layout.objects, two))) {
      const [rest = '', variant] = name.split('.', 2)
      if (variant !== undefined && gone.has(two + rest)) await rm(join(layout.objects, two, name))
    }
  }
}

/** Removes bytes of incomplete objects that no pack holds any more. */
async function removePartials(layout: Layout, catalog: Database): Promise<void> {
  const isPacked = catalog.prepare<[Buffer]>('SELECT 1 FROM pack_objects WHERE object = ? LIMIT 1')
  for (const two of Layout.fanOut) {
    for (const rest of await readNames(join(layout.partial, two))) {
      if (isPacked.get(Buffer.from(two + rest, 'hex')) === undefined) await rm(join(layout.partial, two, rest))
    }
  }
}

async function readNames(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return []
    throw error
  }
}
