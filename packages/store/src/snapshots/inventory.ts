import type { Database } from '@repocast/database'
import { decodeName, encodeName, type InfoHash } from '@repocast/objects'
import type { PackEntry } from '@repocast/packs'
import { toBytes, toInfoHash, toObjectId } from '../catalog/catalog.ts'

interface Row {
  readonly id: Buffer
  readonly size: number
  readonly kind: 'tree' | 'blob'
  readonly path: Buffer
}

const rowsPerTransaction = 10_000

/**
 * The objects of a snapshot that is being made, in a temporary table, so that a million of them cost no memory.
 * One at a time for each connection.
 */
export class Inventory {
  readonly #catalog: Database
  readonly #insert
  #pending: PackEntry[] = []

  constructor(catalog: Database) {
    catalog.exec(`DROP TABLE IF EXISTS temp.inventory;
      CREATE TEMP TABLE inventory (
        id BLOB PRIMARY KEY, size INTEGER NOT NULL, kind TEXT NOT NULL, path BLOB NOT NULL
      ) STRICT, WITHOUT ROWID`)
    this.#catalog = catalog
    this.#insert = catalog.prepare<[Buffer, number, string, Buffer]>(
      'INSERT OR IGNORE INTO temp.inventory VALUES (?, ?, ?, ?)',
    )
  }

  /** Adds an object. Of several paths with the same content the first one stays. */
  add(entry: PackEntry): void {
    this.#pending.push(entry)
    if (this.#pending.length >= rowsPerTransaction) this.#flush()
  }

  /** The objects that no pack holds. */
  unpacked(): PackEntry[] {
    this.#flush()
    const rows = this.#catalog
      .prepare<[], Row>(
        `SELECT id, size, kind, path FROM temp.inventory
         WHERE size > 0 AND NOT EXISTS (SELECT 1 FROM pack_objects WHERE object = id)`,
      )
      .iterate()
    const entries: PackEntry[] = []
    for (const { id, size, kind, path } of rows) {
      entries.push({ id: toObjectId(id), size, kind, path: decodeName(path) })
    }
    return entries
  }

  /** Objects that are not in the store. */
  missing(): number {
    this.#flush()
    const count = this.#catalog.prepare<[], { missing: number }>(
      'SELECT count(*) AS missing FROM temp.inventory WHERE NOT EXISTS (SELECT 1 FROM objects WHERE objects.id = inventory.id)',
    )
    return count.get()?.missing ?? 0
  }

  /** Packs that hold objects of the inventory, oldest first: together they hold every packed one. */
  packs(): InfoHash[] {
    this.#flush()
    const rows = this.#catalog
      .prepare<[], { info_hash: Buffer }>(
        `SELECT info_hash FROM packs WHERE number IN (
           SELECT DISTINCT pack FROM pack_objects JOIN temp.inventory ON object = id
         ) ORDER BY number`,
      )
      .all()
    return rows.map(row => toInfoHash(row.info_hash))
  }

  /** Forgets what was added. */
  clear(): void {
    this.#pending = []
    this.#catalog.exec('DELETE FROM temp.inventory')
  }

  close(): void {
    this.#catalog.exec('DROP TABLE IF EXISTS temp.inventory')
  }

  #flush(): void {
    const pending = this.#pending
    this.#pending = []
    this.#catalog.transaction(() => {
      for (const { id, size, kind, path } of pending) this.#insert.run(toBytes(id), size, kind, encodeName(path))
    })()
  }
}
