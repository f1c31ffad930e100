import type { Database } from '@repocast/database'
import type { ObjectId, RepositoryName, RootTree, SnapshotRecord } from '@repocast/objects'
import { durably, toBytes, toObjectId } from '../catalog/catalog.ts'

/** What a filter takes of a snapshot. */
export interface SelectionTree {
  readonly root: Pick<RootTree, 'id' | 'size'>
  readonly counts: SnapshotRecord['counts']
  /** Bytes of its files. */
  readonly bytes: number
  /** What the snapshot has and it has not. */
  readonly leftOut: { readonly files: number; readonly bytes: number }
}

export interface Selection extends SelectionTree {
  readonly number: number
  readonly repository: RepositoryName
  readonly serial: number
  /** Canonical JSON. */
  readonly filter: string
}

/** What the next selection by the same filter is made from. */
export interface SelectionBase {
  readonly number: number
  readonly serial: number
  /** As it was given to `finish`. */
  readonly state: string
}

interface Row {
  readonly number: number
  readonly repository: RepositoryName
  readonly serial: number
  readonly filter: string
  readonly root: Buffer
  readonly root_bytes: number
  readonly files: number
  readonly links: number
  readonly directories: number
  readonly bytes: number
  readonly left_files: number
  readonly left_bytes: number
}

/**
 * What a mirror has of snapshots of which it does not have all. A selection is a tree that was made here, by the trees of
 * the snapshot, its metadata and the filter only, so that it can be made again. Its trees are in no pack: rows keep them
 * from being collected.
 */
export class Selections {
  readonly #catalog: Database
  readonly #statements

  constructor(catalog: Database) {
    this.#catalog = catalog
    this.#statements = {
      begin: catalog.prepare<[string, number, string]>(
        'INSERT INTO selections (repository, serial, filter, current) VALUES (?, ?, ?, 0)',
      ),
      removeUnfinished: catalog.prepare<[string]>('DELETE FROM selections WHERE repository = ? AND root IS NULL'),
      addPlaces: catalog.prepare<[number, Buffer, number]>(
        `INSERT INTO selection_objects (selection, object, places) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET places = places + excluded.places`,
      ),
      copyPlaces: catalog.prepare<[number, number]>(
        `INSERT INTO selection_objects (selection, object, places)
         SELECT ?, object, places FROM selection_objects WHERE selection = ? AND places > 0
         ON CONFLICT DO UPDATE SET places = excluded.places`,
      ),
      finish: catalog.prepare<[Buffer, number, number, number, number, number, number, number, string | null, number]>(
        `UPDATE selections SET root = ?, root_bytes = ?, files = ?, links = ?, directories = ?, bytes = ?,
         left_files = ?, left_bytes = ?, state = ? WHERE number = ?`,
      ),
      base: catalog.prepare<[string, string], SelectionBase>(
        `SELECT number, serial, state FROM selections JOIN snapshots USING (repository, serial)
         WHERE repository = ? AND filter = ? AND root IS NOT NULL AND state IS NOT NULL ORDER BY number DESC LIMIT 1`,
      ),
      find: catalog.prepare<[string, number, string], Row>(
        `SELECT * FROM selections WHERE repository = ? AND serial = ? AND filter = ? AND root IS NOT NULL
         ORDER BY number DESC LIMIT 1`,
      ),
      current: catalog.prepare<[string, number], Row>(
        'SELECT * FROM selections WHERE repository = ? AND serial = ? AND current = 1',
      ),
      withRoot: catalog.prepare<[string, Buffer], Row>(
        'SELECT * FROM selections WHERE repository = ? AND root = ? ORDER BY current DESC, number DESC LIMIT 1',
      ),
      setCurrent: catalog.prepare<[number, string, number]>(
        'UPDATE selections SET current = (number = ?) WHERE repository = ? AND serial = ?',
      ),
      withObject: catalog.prepare<[Buffer], Row>(
        `SELECT selections.* FROM selections JOIN selection_objects ON selection = number
         WHERE object = ? AND root IS NOT NULL`,
      ),
      prune: catalog.prepare<[string]>(
        `DELETE FROM selections WHERE repository = ? AND NOT (
           current = 1 AND EXISTS (
             SELECT 1 FROM snapshots WHERE snapshots.repository = selections.repository
             AND snapshots.serial = selections.serial
           )
         ) AND NOT EXISTS (
           SELECT 1 FROM generations WHERE generations.repository = selections.repository
           AND (generations.root = selections.root OR generations.base = selections.root)
         )`,
      ),
      narrow: catalog.prepare<[string]>('INSERT OR IGNORE INTO narrowed VALUES (?)'),
      isNarrowed: catalog.prepare<[string]>('SELECT 1 FROM narrowed WHERE repository = ?'),
      clearNarrowed: catalog.prepare<[string]>('DELETE FROM narrowed WHERE repository = ?'),
    }
  }

  /** Begins a selection; what a killed process has begun for the repository is forgotten. @returns its number */
  begin(repository: RepositoryName, serial: number, filter: string): number {
    return this.#catalog.transaction(() => {
      this.#statements.removeUnfinished.run(repository)
      return Number(this.#statements.begin.run(repository, serial, filter).lastInsertRowid)
    })()
  }

  /** Keeps objects from being collected as long as the selection is there. To be called before they are put down. */
  hold(selection: number, ids: Iterable<ObjectId>): void {
    this.#addPlaces(selection, ids, 0)
  }

  /**
   * As `hold`, for trees at one more place each (`gained`) and at one less (`lost`): those that are at any are what a
   * selection hands on to the next.
   */
  count(selection: number, gained: Iterable<ObjectId>, lost: Iterable<ObjectId>): void {
    this.#catalog.transaction(() => {
      this.#addPlaces(selection, gained, 1)
      this.#addPlaces(selection, lost, -1)
    })()
  }

  #addPlaces(selection: number, ids: Iterable<ObjectId>, places: number): void {
    this.#catalog.transaction(() => {
      for (const id of ids) this.#statements.addPlaces.run(selection, toBytes(id), places)
    })()
  }

  /** The last selection by this filter from which another can be made; its snapshot is kept. */
  base(repository: RepositoryName, filter: string): SelectionBase | undefined {
    return this.#statements.base.get(repository, filter)
  }

  /** Lets a selection that was begun hold the trees that another has at any place. */
  continueFrom({ number }: SelectionBase, selection: number): void {
    this.#statements.copyPlaces.run(selection, number)
  }

  /**
   * Says that a selection is made: all its trees are in the store. Durable when this returns.
   * @param state from which the next by the same filter can be made; undefined: it is made anew
   */
  finish(selection: number, { root, counts, bytes, leftOut }: SelectionTree, state?: string): void {
    const { files, links, directories } = counts
    const row = [toBytes(root.id), root.size, files, links, directories, bytes, leftOut.files, leftOut.bytes] as const
    durably(this.#catalog, () => this.#statements.finish.run(...row, state ?? null, selection))
  }

  /** What a filter takes of a snapshot, when that was made before. */
  find(repository: RepositoryName, serial: number, filter: string): Selection | undefined {
    return toSelection(this.#statements.find.get(repository, serial, filter))
  }

  /** By what a snapshot is complete here; undefined when that is all of it. */
  current(repository: RepositoryName, serial: number): Selection | undefined {
    return toSelection(this.#statements.current.get(repository, serial))
  }

  /** The selection with this root tree, if it is one. */
  withRoot(repository: RepositoryName, root: ObjectId): Selection | undefined {
    return toSelection(this.#statements.withRoot.get(repository, toBytes(root)))
  }

  /** Says by what a snapshot is complete from now on. Durable when this returns. */
  setCurrent(repository: RepositoryName, serial: number, selection: Selection | undefined): void {
    durably(this.#catalog, () => this.#statements.setCurrent.run(selection?.number ?? 0, repository, serial))
  }

  /** The snapshot as it is served: with the root tree of its selection, if there is one. */
  asServed(record: SnapshotRecord): SnapshotRecord {
    return selected(record, this.current(record.repository, record.serial))
  }

  /** Those that need an object besides their files. */
  withObject(id: ObjectId): Selection[] {
    return this.#statements.withObject.all(toBytes(id)).flatMap(row => toSelection(row) ?? [])
  }

  /** Forgets selections of snapshots that are not kept, unless something is checked out by them. */
  prune(repository: RepositoryName): void {
    this.#statements.prune.run(repository)
  }

  /** Says that objects may be here that a filter leaves out. Durable when this returns. */
  narrow(repository: RepositoryName): void {
    durably(this.#catalog, () => this.#statements.narrow.run(repository))
  }

  isNarrowed(repository: RepositoryName): boolean {
    return this.#statements.isNarrowed.get(repository) !== undefined
  }

  /** Says that `Store.release` has been here. */
  clearNarrowed(repository: RepositoryName): void {
    this.#statements.clearNarrowed.run(repository)
  }
}

/** A snapshot with the root tree of a selection in the place of its own. Pure. */
export function selected(record: SnapshotRecord, selection: SelectionTree | undefined): SnapshotRecord {
  if (selection === undefined) return record
  const { root, counts, bytes } = selection
  return { ...record, root: { ...record.root, ...root }, counts, bytes }
}

function toSelection(row: Row | undefined): Selection | undefined {
  if (row === undefined) return undefined
  const { number, repository, serial, filter, files, links, directories, bytes } = row
  return {
    ...{ number, repository, serial, filter, bytes },
    root: { id: toObjectId(row.root), size: row.root_bytes },
    counts: { files, links, directories },
    leftOut: { files: row.left_files, bytes: row.left_bytes },
  }
}
