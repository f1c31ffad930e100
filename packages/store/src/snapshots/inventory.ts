import type { Database } from '@repocast/database'
import { decodeName, encodeName, type InfoHash, type ObjectId } from '@repocast/objects'
import { type IsVolatile, type PackEntry, type PackLoad, packGroup } from '@repocast/packs'
import { toBytes, toInfoHash, toObjectId } from '../catalog/catalog.ts'

interface Row {
  readonly id: Buffer
  readonly size: number
  readonly kind: 'tree' | 'blob'
  readonly path: Buffer
}

const dropTables = ['inventory', 'covering', 'uncovered'].map(table => `DROP TABLE IF EXISTS temp.${table}`).join(';')

const rowsPerTransaction = 10_000
const rowsAtOnce = 1000

const isUncovered = `size > 0 AND NOT EXISTS (
  SELECT 1 FROM pack_objects JOIN temp.covering USING (pack) WHERE object = inventory.id
)`

/**
 * The objects of a snapshot that is being made, or those of them that are new, and the packs that shall hold them: in
 * temporary tables, so that a million objects cost no memory. One at a time for each connection.
 */
export class Inventory {
  readonly #catalog: Database
  readonly #isVolatile: IsVolatile
  readonly #insert
  #pending: PackEntry[] = []

  constructor(catalog: Database, isVolatile: IsVolatile) {
    catalog.exec(`${dropTables};
      CREATE TEMP TABLE covering (pack INTEGER PRIMARY KEY) STRICT;
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

  /** The snapshot shall have these packs. */
  cover(packs: Iterable<InfoHash>): void {
    this.#changeCovering('INSERT OR IGNORE INTO temp.covering SELECT number FROM packs WHERE info_hash = ?', packs)
  }

  /** The snapshot shall not have these packs. */
  uncover(packs: Iterable<InfoHash>): void {
    this.#changeCovering('DELETE FROM temp.covering WHERE pack = (SELECT number FROM packs WHERE info_hash = ?)', packs)
  }

  #changeCovering(sql: string, packs: Iterable<InfoHash>): void {
    const change = this.#catalog.prepare<[Buffer]>(sql)
    for (const pack of packs) change.run(toBytes(pack))
  }

  /** The covering packs, oldest first. */
  covering(): InfoHash[] {
    return this.#infoHashes('SELECT info_hash FROM packs JOIN temp.covering ON pack = number ORDER BY number')
  }

  /** Packs of the store that hold what no covering pack holds. */
  holders(): InfoHash[] {
    this.#flush()
    return this.#infoHashes(`SELECT info_hash FROM packs WHERE number IN (
      SELECT pack FROM pack_objects JOIN temp.inventory ON object = id WHERE ${isUncovered}
    ) ORDER BY number`)
  }

  /** How much of each covering pack the inventory names. */
  loads(): PackLoad[] {
    this.#flush()
    const loads = this.#catalog.prepare<[], Omit<PackLoad, 'infoHash'> & { info_hash: Buffer }>(
      `SELECT info_hash, bytes, objects, ifnull(live_bytes, 0) AS liveBytes, ifnull(live_objects, 0) AS liveObjects
       FROM packs JOIN temp.covering AS covering ON covering.pack = number LEFT JOIN (
         SELECT pack, sum(size) AS live_bytes, count(*) AS live_objects
         FROM temp.inventory JOIN pack_objects ON object = id GROUP BY pack
       ) AS live ON live.pack = number ORDER BY number`,
    )
    return loads.all().map(({ info_hash, ...load }) => ({ infoHash: toInfoHash(info_hash), ...load }))
  }

  #infoHashes(sql: string): InfoHash[] {
    const rows = this.#catalog.prepare<[], { info_hash: Buffer }>(sql).all()
    return rows.map(row => toInfoHash(row.info_hash))
  }

  /** How much no covering pack holds. */
  uncoveredSize(): { readonly objects: number; readonly bytes: number } {
    this.#flush()
    const size = this.#catalog.prepare<[], { objects: number; bytes: number }>(
      `SELECT count(*) AS objects, ifnull(sum(size), 0) AS bytes FROM temp.inventory WHERE ${isUncovered}`,
    )
    return size.get() ?? { objects: 0, bytes: 0 }
  }

  /** The blobs that no pack of the store holds, and so nobody has yet. */
  newBlobs(): { readonly files: number; readonly bytes: number } {
    this.#flush()
    const size = this.#catalog.prepare<[], { files: number; bytes: number }>(
      `SELECT count(*) AS files, ifnull(sum(size), 0) AS bytes FROM temp.inventory
       WHERE kind = 'blob' AND size > 0 AND NOT EXISTS (SELECT 1 FROM pack_objects WHERE object = inventory.id)`,
    )
    return size.get() ?? { files: 0, bytes: 0 }
  }

  /** The objects that no covering pack holds now, in pack order; packs may be added meanwhile. */
  *uncovered(): Generator<PackEntry> {
    this.#flush()
    this.#catalog.exec(`DROP TABLE IF EXISTS temp.uncovered;
      CREATE TEMP TABLE uncovered (number INTEGER PRIMARY KEY, id, size, kind, path);
      INSERT INTO temp.uncovered (id, size, kind, path) SELECT id, size, kind, path FROM temp.inventory
        WHERE ${isUncovered} ORDER BY pack_group, iif(kind = 'tree', id, path), id`)
    const select = this.#catalog.prepare<[number, number], Row & { number: number }>(
      'SELECT number, id, size, kind, path FROM temp.uncovered WHERE number > ? ORDER BY number LIMIT ?',
    )
    // in parts, because a connection that gives rows takes none
    for (let rows = select.all(0, rowsAtOnce); rows.length > 0; ) {
      for (const { id, size, kind, path } of rows) {
        yield { id: toObjectId(id), size, kind, path: decodeName(path) }
      }
      rows = select.all(rows.at(-1)?.number ?? 0, rowsAtOnce)
    }
  }

  /** The objects that are not in the store, in no order. */
  *missing(): Generator<ObjectId> {
    this.#flush()
    const select = this.#catalog.prepare<[], { id: Buffer }>(
      'SELECT id FROM temp.inventory WHERE NOT EXISTS (SELECT 1 FROM objects WHERE objects.id = inventory.id)',
    )
    for (const { id } of select.iterate()) yield toObjectId(id)
  }

  close(): void {
    this.#catalog.exec(dropTables)
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
