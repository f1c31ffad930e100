import type { Database } from '@repocast/database'
import type { RepositoryName } from '@repocast/objects'

/** A swap of which somebody is still to be told. */
export interface UnsettledSwap {
  readonly serial: number
  /** Serial that was served before all swaps that are not settled; undefined: none was. */
  readonly previous: number | undefined
}

interface Row {
  readonly serial: number
  readonly previous: number | null
}

/**
 * What is to be done after swaps and is not done yet. A row is written before the swap, and goes when all is done: a
 * crash at any moment leaves it. So something may be done twice, but is never left out. Swaps that come before the last
 * one was settled become one.
 */
export class UnsettledSwaps {
  readonly #statements

  constructor(catalog: Database) {
    this.#statements = {
      get: catalog.prepare<[string], Row>('SELECT serial, previous FROM unsettled_swaps WHERE repository = ?'),
      put: catalog.prepare<[string, number, number | null]>(
        `INSERT INTO unsettled_swaps VALUES (?, ?, ?) ON CONFLICT (repository) DO UPDATE SET serial = excluded.serial`,
      ),
      delete: catalog.prepare<[string, number]>('DELETE FROM unsettled_swaps WHERE repository = ? AND serial = ?'),
    }
  }

  of(repository: RepositoryName): UnsettledSwap | undefined {
    const row = this.#statements.get.get(repository)
    return row && { serial: row.serial, previous: row.previous ?? undefined }
  }

  /** Says that the served path is about to lead to `serial`. */
  note(repository: RepositoryName, serial: number, previous: number | undefined): void {
    this.#statements.put.run(repository, serial, previous ?? null)
  }

  /** Says that all is done after the swap to `serial`, or that there was none. A later swap stays. */
  settle(repository: RepositoryName, serial: number): void {
    this.#statements.delete.run(repository, serial)
  }
}
