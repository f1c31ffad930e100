import { rmSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Database } from '@repocast/database'
import { namesIn } from '@repocast/files'
import { emptyBlobId, type ObjectId } from '@repocast/objects'
import { durably, toBytes, toObjectId } from '../catalog/catalog.ts'
import { Layout } from '../layout.ts'
import type { CollectionPlan } from './plan-collection.ts'

export interface CollectOptions {
  readonly signal?: AbortSignal | undefined
  /** Told of what was removed so far. */
  readonly onProgress?: ((progress: CollectionPlan) => void) | undefined
}

/** Closes a file that was removed, which takes its space as long as it is open. */
type Forget = (path: string) => Promise<void>

/** An object, as the catalog has it. */
export interface Row {
  readonly id: Buffer
  readonly size: number
}

/** What one turn of the event loop removes, at most: large files take their time. */
const step = { objects: 500, bytes: 256 * 1024 * 1024 }

/**
 * Removes the objects that no pack holds and that are of no removed file that stays for a while, and what was received of such. Rows go before files, and the ids stand in
 * the catalog until the files are gone: a crash leaves neither a row without its file nor a file that nobody knows of.
 * @returns what was removed
 * @throws the reason of the signal; then the rest goes with the next collection
 */
export async function collect(
  layout: Layout,
  catalog: Database,
  forget: Forget,
  { signal, onProgress }: CollectOptions = {},
): Promise<CollectionPlan> {
  const collector = new Collector(layout, catalog)
  let removed: CollectionPlan = { objects: 0, bytes: 0 }
  for (let rows = collector.next(emptyId); rows.length > 0; rows = collector.next(rows.at(-1)?.id ?? emptyId)) {
    signal?.throwIfAborted()
    await collector.remove(rows, forget)
    removed = {
      objects: removed.objects + rows.length,
      bytes: removed.bytes + rows.reduce((sum, { size }) => sum + size, 0),
    }
    onProgress?.(removed)
    await nextTurn()
  }
  collector.forget()
  await removePartials(layout, catalog, forget)
  return removed
}

const emptyId = Buffer.alloc(0)

/**
 * Removes the files that a collection has begun to remove when it was killed. Only while nobody takes objects in: an
 * object that comes back has its file before its row.
 */
export async function finishCollection(layout: Layout, catalog: Database): Promise<void> {
  await new Collector(layout, catalog).finish()
}

/** Removes objects in steps that a kill may come between. */
export class Collector {
  readonly #layout: Layout
  readonly #catalog: Database
  readonly #statements

  constructor(layout: Layout, catalog: Database) {
    this.#layout = layout
    this.#catalog = catalog
    this.#statements = {
      next: catalog.prepare<[Buffer, Buffer, number], Row>(
        `SELECT id, size FROM objects WHERE id > ? AND id <> ?
         AND NOT EXISTS (SELECT 1 FROM pack_objects WHERE object = id)
         AND NOT EXISTS (SELECT 1 FROM kept_files WHERE object = id)
         AND NOT EXISTS (SELECT 1 FROM selection_objects WHERE object = id) ORDER BY id LIMIT ?`,
      ),
      delete: catalog.prepare<[Buffer]>('DELETE FROM objects WHERE id = ?'),
      note: catalog.prepare<[Buffer]>('INSERT OR IGNORE INTO removing VALUES (?)'),
      noted: catalog.prepare<[], { id: Buffer }>(
        'SELECT id FROM removing WHERE NOT EXISTS (SELECT 1 FROM objects WHERE objects.id = removing.id)',
      ),
      forget: catalog.prepare('DELETE FROM removing'),
    }
  }

  /** The next objects to remove behind an id. */
  next(behind: Buffer): Row[] {
    const rows = this.#statements.next.all(behind, toBytes(emptyBlobId), step.objects)
    let bytes = 0
    const end = rows.findIndex(({ size }) => {
      bytes += size
      return bytes > step.bytes
    })
    return end === -1 ? rows : rows.slice(0, end + 1)
  }

  async remove(rows: readonly Row[], forget: Forget): Promise<void> {
    durably(this.#catalog, () => {
      this.#statements.forget.run()
      for (const { id } of rows) {
        this.#statements.delete.run(id)
        this.#statements.note.run(id)
      }
    })
    // In the same turn as the rows: an object that is received again meanwhile is not taken for this one.
    const ids = rows.map(({ id }) => toObjectId(id))
    for (const id of ids) rmSync(this.#layout.object(id), { force: true })
    await Promise.all(ids.map(async id => await forget(this.#layout.object(id))))
    await this.#removeVariants(new Set(ids))
  }

  /** Durable, lest an object that comes back is taken for one that has to go. */
  forget(): void {
    durably(this.#catalog, () => this.#statements.forget.run())
  }

  async finish(): Promise<void> {
    const ids = this.#statements.noted.all().map(({ id }) => toObjectId(id))
    if (ids.length === 0) return
    for (const id of ids) rmSync(this.#layout.object(id), { force: true })
    await this.#removeVariants(new Set(ids))
    this.forget()
  }

  /** Removes the copies with other attributes of objects that are gone. */
  async #removeVariants(gone: ReadonlySet<ObjectId>): Promise<void> {
    const names: ReadonlySet<string> = gone
    for (const two of new Set([...gone].map(id => id.slice(0, 2)))) {
      for (const name of await readdir(join(this.#layout.objects, two))) {
        const [rest = '', variant] = name.split('.', 2)
        if (variant !== undefined && names.has(two + rest))
          await rm(join(this.#layout.objects, two, name), { force: true })
      }
    }
  }
}

/** Removes bytes of incomplete objects that no pack holds any more. */
async function removePartials(layout: Layout, catalog: Database, forget: Forget): Promise<void> {
  const isPacked = catalog.prepare<[Buffer]>('SELECT 1 FROM pack_objects WHERE object = ? LIMIT 1')
  for (const two of Layout.fanOut) {
    for (const rest of await namesIn(join(layout.partial, two))) {
      if (isPacked.get(Buffer.from(two + rest, 'hex')) !== undefined) continue
      const path = `${layout.partial}/${two}/${rest}`
      rmSync(path, { force: true })
      await forget(path)
    }
  }
}
