import type { Database } from '@repocast/database'
import { decodeName, encodeName, type InfoHash } from '@repocast/objects'
import { type IsVolatile, type PackEntry, packGroup } from '@repocast/packs'
import { toBytes, toInfoHash, toObjectId } from '../catalog/catalog.ts'

interface Row {
  readonly id: Buffer
  readonly size: number
  readonly kind: 'tree' | 'blob'
  readonly path: Buffer
}

const rowsPerTransaction = 10_000
const rowsAtOnce = 1000

const isUnpacked = 'size > 0 AND NOT EXISTS (SELECT 1 FROM pack_objects WHERE object = inventory.id)'

/**
 * The objects of a snapshot that is being made, in a temporary table, so that a million of them cost no memory.
 * One at a time for each connection.
 */
export class Inventory {
  readonly #catalog: Database
  readonly #isVolatile: IsVolatile
  readonly #insert
  #pending: PackEntry[] = []

  constructor(catalog: Database, isVolatile: IsVolatile) {
    catalog.exec(`DROP TABLE IF EXISTS temp.inventory; DROP TABLE IF EXISTS temp.unpacked;
      CREATE TEMP TABLE inventory (
        id BLOB PRIMARY KEY, size INTEGER NOT NULL, kind TEXT NOT NULL, path BLOB NOT NULL, pack_group INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID`)
    this.#catalog = catalog
    this.#isVolatile = isVolatile
    this.#insert = catalog.prepare<[Buffer, number, string, Buffer, number]>(
      'INSERT OR IGNORE INTO temp.inventory VALUES (?, ?, ?, ?, ?)',
    )
  }

  /** Adds an object. Of several paths with the same content the first one stays. */
  add(entry: PackEntry): void {
    this.#pending.push(entry)
    if (this.#pending.length >= rowsPerTransaction) this.#flush()
  }

  /** How much no pack holds. */
  unpackedSize(): { readonly objects: number; readonly bytes: number } {
    this.#flush()
    const size = this.#catalog.prepare<[], { objects: number; bytes: number }>(
      `SELECT count(*) AS objects, ifnull(sum(size), 0) AS bytes FROM temp.inventory WHERE ${isUnpacked}`,
    )
    return size.get() ?? { objects: 0, bytes: 0 }
  }

  /** The objects that no pack holds now, in pack order; packs may be added meanwhile. */
  *unpacked(): Generator<PackEntry> {
    this.#flush()
    this.#catalog.exec(`DROP TABLE IF EXISTS temp.unpacked;
      CREATE TEMP TABLE unpacked (number INTEGER PRIMARY KEY, id, size, kind, path);
      INSERT INTO temp.unpacked (id, size, kind, path) SELECT id, size, kind, path FROM temp.inventory
        WHERE ${isUnpacked} ORDER BY pack_group, iif(kind = 'tree', id, path), id`)
    const select = this.#catalog.prepare<[number, number], Row & { number: number }>(
      'SELECT number, id, size, kind, path FROM temp.unpacked WHERE number > ? ORDER BY number LIMIT ?',
    )
    // in parts, because a connection that gives rows takes none
    for (let rows = select.all(0, rowsAtOnce); rows.length > 0; ) {
      for (const { id, size, kind, path } of rows) {
        yield { id: toObjectId(id), size, kind, path: decodeName(path) }
      }
      rows = select.all(rows.at(-1)?.number ?? 0, rowsAtOnce)
    }
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

  close(): void {
    this.#catalog.exec('DROP TABLE IF EXISTS temp.inventory; DROP TABLE IF EXISTS temp.unpacked')
  }

  #flush(): void {
    const pending = this.#pending
    this.#pending = []
    this.#catalog.transaction(() => {
      for (const entry of pending) {
        const { id, size, kind, path } = entry
        this.#insert.run(toBytes(id), size, kind, encodeName(path), packGroup(entry, this.#isVolatile))
      }
    })()
  }
}
