import type { Database } from '@repocast/database'
import type { ObjectId } from '@repocast/objects'
import { durably, toBytes, toObjectId } from '../catalog/catalog.ts'

/**
 * Objects that were damaged or gone and have to be fetched again, as rows in the catalog, so that a restart goes on with
 * them. A row stays until the object lies in all generations again.
 */
export class Losses {
  readonly #catalog: Database
  readonly #statements

  constructor(catalog: Database) {
    this.#catalog = catalog
    this.#statements = {
      insert: catalog.prepare<[Buffer, string]>('INSERT OR IGNORE INTO lost VALUES (?, ?)'),
      deleteObject: catalog.prepare<[Buffer]>('DELETE FROM objects WHERE id = ?'),
      deletePieces: catalog.prepare<[Buffer]>(
        'DELETE FROM pieces WHERE pack IN (SELECT pack FROM pack_objects WHERE object = ?)',
      ),
      list: catalog.prepare<[], { object: Buffer }>('SELECT object FROM lost'),
      count: catalog.prepare<[], { lost: number }>('SELECT count(*) AS lost FROM lost'),
      delete: catalog.prepare<[Buffer]>('DELETE FROM lost WHERE object = ?'),
    }
  }

  /** Durable when this returns: before the files of the objects go. @returns how many were not noted before */
  note(ids: Iterable<ObjectId>, what: string): number {
    return durably(this.#catalog, () => {
      let added = 0
      for (const id of ids) {
        const bytes = toBytes(id)
        added += this.#statements.insert.run(bytes, what).changes
        this.#statements.deleteObject.run(bytes)
        // what is recorded of its packs would be believed as soon as a partial file is there
        this.#statements.deletePieces.run(bytes)
      }
      return added
    })
  }

  /** Says that only a copy of an object was damaged, and is gone. @returns whether that was not noted before */
  noteCopy(id: ObjectId, what: string): boolean {
    return this.#statements.insert.run(toBytes(id), what).changes > 0
  }

  list(): ObjectId[] {
    return this.#statements.list.all().map(({ object }) => toObjectId(object))
  }

  get count(): number {
    return this.#statements.count.get()?.lost ?? 0
  }

  forget(ids: Iterable<ObjectId>): void {
    this.#catalog.transaction(() => {
      for (const id of ids) this.#statements.delete.run(toBytes(id))
    })()
  }
}
