import type { Database } from '@repocast/database'
import {
  diffTrees,
  type InfoHash,
  type ObjectId,
  type RepositoryName,
  type TreeReader,
  walkTreeObjects,
} from '@repocast/objects'
import { toBytes, toInfoHash, toObjectId } from '../catalog/catalog.ts'
import type { Snapshots } from '../snapshots/snapshots.ts'

/** Rows that are written by one transaction. */
const rowsAtOnce = 5000

/**
 * The objects that kept snapshots need where filters leave out others: a temporary table, since there may be millions.
 * `close` it.
 */
export class WantedObjects {
  readonly #catalog: Database
  readonly #read: TreeReader
  readonly #snapshots: Snapshots
  readonly #insert
  readonly #isWanted
  #pending: ObjectId[] = []

  constructor(catalog: Database, read: TreeReader, snapshots: Snapshots) {
    this.#catalog = catalog
    this.#read = read
    this.#snapshots = snapshots
    catalog.exec('CREATE TEMP TABLE IF NOT EXISTS wanted (object BLOB PRIMARY KEY) STRICT, WITHOUT ROWID')
    catalog.exec('DELETE FROM temp.wanted')
    this.#insert = catalog.prepare<[Buffer]>('INSERT OR IGNORE INTO temp.wanted VALUES (?)')
    this.#isWanted = catalog.prepare<[Buffer]>('SELECT 1 FROM temp.wanted WHERE object = ?')
  }

  /** Packs of a repository of which no snapshot, of whatever repository, needs all. */
  packs(repository: RepositoryName): InfoHash[] {
    return this.#catalog
      .prepare<[string], { info_hash: Buffer }>(
        `SELECT DISTINCT info_hash FROM snapshot_packs AS ours WHERE repository = ? AND NOT EXISTS (
           SELECT 1 FROM snapshot_packs AS whole WHERE whole.info_hash = ours.info_hash AND NOT EXISTS (
             SELECT 1 FROM selections WHERE selections.repository = whole.repository
             AND selections.serial = whole.serial AND current = 1
           )
         )`,
      )
      .all(repository)
      .map(row => toInfoHash(row.info_hash))
  }

  /** Whether a filtered repository has a snapshot of which it is not known yet what is wanted: it is being fetched. */
  isWaiting(repository: RepositoryName): boolean {
    const serials = this.#snapshots.serials(repository)
    const known = this.#catalog
      .prepare<[string], { serial: number }>('SELECT serial FROM selections WHERE repository = ? AND current = 1')
      .all(repository)
    return known.length > 0 && serials.some(serial => !known.some(one => one.serial === serial))
  }

  /**
   * Looks at all snapshots with a selection, and at all that is checked out.
   * @throws REPOCAST_OBJECT_MISSING, REPOCAST_OBJECT_ROTTEN when a tree is damaged; the reason of the signal
   */
  async gather(signal: AbortSignal | undefined): Promise<void> {
    const selections = this.#catalog
      .prepare<[], { repository: RepositoryName; serial: number; root: Buffer }>(
        'SELECT repository, serial, root FROM selections WHERE root IS NOT NULL',
      )
      .all()
    for (const { repository, serial, root } of selections) {
      const record = this.#snapshots.get(repository, serial)
      if (record) await this.#addTrees(record.root, signal)
      await this.#addTree(toObjectId(root), signal)
    }
    const checkedOut = this.#catalog
      .prepare<[], { root: Buffer }>(
        `SELECT root FROM generations UNION SELECT base FROM generations WHERE base IS NOT NULL`,
      )
      .all()
    for (const { root } of checkedOut) await this.#addTree(toObjectId(root), signal)
    this.#flush()
    this.#catalog.exec('INSERT OR IGNORE INTO temp.wanted SELECT object FROM selection_objects')
    this.#catalog.exec('INSERT OR IGNORE INTO temp.wanted SELECT object FROM kept_files WHERE object IS NOT NULL')
  }

  has(id: ObjectId): boolean {
    return this.#isWanted.get(toBytes(id)) !== undefined
  }

  close(): void {
    this.#catalog.exec('DROP TABLE temp.wanted')
  }

  async #addTrees(root: { readonly id: ObjectId; readonly size: number }, signal: AbortSignal | undefined) {
    for await (const { id } of walkTreeObjects(this.#read, root)) {
      signal?.throwIfAborted()
      this.#add(id)
    }
  }

  async #addTree(root: ObjectId, signal: AbortSignal | undefined): Promise<void> {
    await this.#addTrees({ id: root, size: 0 }, signal)
    for await (const { after } of diffTrees(this.#read, undefined, root)) {
      signal?.throwIfAborted()
      if (after?.type === 'f') this.#add(after.id)
    }
  }

  #add(id: ObjectId): void {
    this.#pending.push(id)
    if (this.#pending.length >= rowsAtOnce) this.#flush()
  }

  #flush(): void {
    const pending = this.#pending
    this.#pending = []
    this.#catalog.transaction(() => {
      for (const id of pending) this.#insert.run(toBytes(id))
    })()
  }
}
