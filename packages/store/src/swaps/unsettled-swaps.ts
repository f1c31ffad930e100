import type { Database } from '@repocast/database'
import type { RepositoryName } from '@repocast/objects'

/** A swap of which somebody is still to be told. */
export interface UnsettledSwap {
  readonly serial: number
  /** Serial that was served before all swaps that are not settled; undefined: none was. */
  readonly previous: number | undefined
  readonly time: Date
  /** Serial for which the hook was run last, since the swaps are not settled. */
  readonly hooked: number | undefined
}

interface Row {
  readonly serial: number
  readonly previous: number | null
  readonly time: number
  readonly hooked: number | null
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
      get: catalog.prepare<[string], Row>('SELECT * FROM unsettled_swaps WHERE repository = ?'),
      put: catalog.prepare<[string, number, number | null, number]>(
        `INSERT INTO unsettled_swaps (repository, serial, previous, time) VALUES (?, ?, ?, ?)
         ON CONFLICT (repository) DO UPDATE SET serial = excluded.serial, time = excluded.time`,
      ),
      hooked: catalog.prepare<[number, string]>('UPDATE unsettled_swaps SET hooked = ? WHERE repository = ?'),
      delete: catalog.prepare<[string, number]>('DELETE FROM unsettled_swaps WHERE repository = ? AND serial = ?'),
    }
  }

  of(repository: RepositoryName): UnsettledSwap | undefined {
    const row = this.#statements.get.get(repository)
    if (row === undefined) return undefined
    const { serial, previous, time, hooked } = row
    return { serial, previous: previous ?? undefined, time: new Date(time), hooked: hooked ?? undefined }
  }

  /** Says that the served path is about to lead to `serial`. */
  note(repository: RepositoryName, serial: number, previous: number | undefined, now: Date): void {
    this.#statements.put.run(repository, serial, previous ?? null, now.getTime())
  }

  /** Says that the hook was run for `serial`. */
  markHooked(repository: RepositoryName, serial: number): void {
    this.#statements.hooked.run(serial, repository)
  }

  /** Says that all is done after the swap to `serial`, or that there was none. A later swap stays. */
  settle(repository: RepositoryName, serial: number): void {
    this.#statements.delete.run(repository, serial)
  }
}
