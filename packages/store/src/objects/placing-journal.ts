import type { Database } from '@repocast/database'
import type { ObjectId } from '@repocast/objects'
import { durably, toBytes, toObjectId } from '../catalog/catalog.ts'
import type { ObjectFiles } from './object-files.ts'

const idBytes = 32
const rowBytes = idBytes + 8

/**
 * Remembers which objects are being put under their final names. The names come before the rows that tell of them, and
 * a crash between the two would have the objects fetched again.
 */
export class PlacingJournal {
  readonly #catalog: Database
  readonly #statements

  constructor(catalog: Database) {
    this.#catalog = catalog
    this.#statements = {
      insert: catalog.prepare<[Buffer]>('INSERT INTO placing (objects) VALUES (?)'),
      list: catalog.prepare<[], { number: number; objects: Buffer }>('SELECT * FROM placing'),
      delete: catalog.prepare<[number | bigint]>('DELETE FROM placing WHERE number = ?'),
    }
  }

  /** Durable when this returns. @returns what `end` takes */
  begin(objects: ReadonlyMap<ObjectId, number>): number | bigint {
    const rows = Buffer.alloc(objects.size * rowBytes)
    let at = 0
    for (const [id, size] of objects) {
      toBytes(id).copy(rows, at)
      rows.writeBigUInt64BE(BigInt(size), at + idBytes)
      at += rowBytes
    }
    return durably(this.#catalog, () => this.#statements.insert.run(rows)).lastInsertRowid
  }

  /** To be called in the transaction that records the objects. */
  end(entry: number | bigint): void {
    this.#statements.delete.run(entry)
  }

  /** Records the objects that a crash left under their final names. */
  recover(files: ObjectFiles): void {
    for (const { number, objects } of this.#statements.list.all()) {
      this.#catalog.transaction(() => {
        for (let at = 0; at + rowBytes <= objects.length; at += rowBytes) {
          const id = toObjectId(objects.subarray(at, at + idBytes))
          files.find(id, Number(objects.readBigUInt64BE(at + idBytes)))
        }
        this.end(number)
      })()
    }
  }
}
