import type { Database } from '@repocast/database'

/** A collection that was made. */
export interface Collection {
  readonly finished: Date
  /** Snapshots that it let go of. */
  readonly snapshots: number
  readonly packs: number
  readonly objects: number
  /** Of these objects. */
  readonly bytes: number
}

const keptCollections = 30

/** Remembers the last collections, whoever made them. */
export class CollectionLog {
  readonly #statements

  constructor(catalog: Database) {
    this.#statements = {
      last: catalog.prepare<[], Omit<Collection, 'finished'> & { finished: number }>(
        'SELECT finished, snapshots, packs, objects, bytes FROM collections ORDER BY number DESC LIMIT 1',
      ),
      insert: catalog.prepare<[number, number, number, number, number]>(
        'INSERT INTO collections (finished, snapshots, packs, objects, bytes) VALUES (?, ?, ?, ?, ?)',
      ),
      trim: catalog.prepare<[number]>(
        'DELETE FROM collections WHERE number <= (SELECT max(number) FROM collections) - ?',
      ),
    }
  }

  last(): Collection | undefined {
    const row = this.#statements.last.get()
    return row && { ...row, finished: new Date(row.finished) }
  }

  add({ finished, snapshots, packs, objects, bytes }: Collection): void {
    this.#statements.insert.run(finished.getTime(), snapshots, packs, objects, bytes)
    this.#statements.trim.run(keptCollections)
  }
}
