import type { Database } from '@repocast/database'
import type { RepositoryName } from '@repocast/objects'
import { durably } from '../catalog/catalog.ts'

/** What an admin has ordered for a repository. */
export interface StandingOrders {
  /** The serial that is served at most; undefined: the newest. */
  readonly held: number | undefined
  /** The serial that may remove more than the guard allows. */
  readonly accepted: number | undefined
  /** Serials that stay, growing. */
  readonly pinned: readonly number[]
}

interface Row {
  readonly held: number | null
  readonly accepted: number | null
}

/** The orders of an admin in the catalog, so that commands may give them whether the daemon runs or not. */
export class Orders {
  readonly #catalog: Database
  readonly #statements

  constructor(catalog: Database) {
    this.#catalog = catalog
    this.#statements = {
      get: catalog.prepare<[string], Row>('SELECT held, accepted FROM orders WHERE repository = ?'),
      pins: catalog.prepare<[string], { serial: number }>(
        'SELECT serial FROM pins WHERE repository = ? ORDER BY serial',
      ),
      hold: catalog.prepare<[string, number | null]>(
        `INSERT INTO orders (repository, held) VALUES (?, ?)
         ON CONFLICT (repository) DO UPDATE SET held = excluded.held`,
      ),
      accept: catalog.prepare<[string, number]>(
        `INSERT INTO orders (repository, accepted) VALUES (?, ?)
         ON CONFLICT (repository) DO UPDATE SET accepted = excluded.accepted`,
      ),
      pin: catalog.prepare<[string, number]>('INSERT OR IGNORE INTO pins VALUES (?, ?)'),
      forget: catalog.prepare<[string]>('DELETE FROM orders WHERE repository = ?'),
      unpinAll: catalog.prepare<[string]>('DELETE FROM pins WHERE repository = ?'),
      unpin: catalog.prepare<[string, number]>('DELETE FROM pins WHERE repository = ? AND serial = ?'),
    }
  }

  of(repository: RepositoryName): StandingOrders {
    const row = this.#statements.get.get(repository)
    const pinned = this.#statements.pins.all(repository).map(({ serial }) => serial)
    return { held: row?.held ?? undefined, accepted: row?.accepted ?? undefined, pinned }
  }

  /** Serves this serial at most. */
  hold(repository: RepositoryName, serial: number): void {
    durably(this.#catalog, () => this.#statements.hold.run(repository, serial))
  }

  /** Follows the newest snapshot again. */
  resume(repository: RepositoryName): void {
    durably(this.#catalog, () => this.#statements.hold.run(repository, null))
  }

  /** Lets a snapshot remove more than the guard allows. */
  accept(repository: RepositoryName, serial: number): void {
    durably(this.#catalog, () => this.#statements.accept.run(repository, serial))
  }

  pin(repository: RepositoryName, serial: number): void {
    durably(this.#catalog, () => this.#statements.pin.run(repository, serial))
  }

  unpin(repository: RepositoryName, serial: number): void {
    durably(this.#catalog, () => this.#statements.unpin.run(repository, serial))
  }

  /** As if nothing had been ordered for a repository. */
  forget(repository: RepositoryName): void {
    durably(this.#catalog, () => {
      this.#statements.forget.run(repository)
      this.#statements.unpinAll.run(repository)
    })
  }
}
