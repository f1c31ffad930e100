import type { Database } from '@repocast/database'
import type { RepositoryName } from '@repocast/objects'
import { durably } from '../catalog/catalog.ts'

/** A snapshot that is not served yet. */
export interface WaitingSnapshot {
  readonly serial: number
  /** When the mirror was told of it, milliseconds since 1970. */
  readonly learned: number
  /** Whether all of it is here, and checked. */
  readonly isReady: boolean
}

interface Row {
  readonly serial: number
  readonly learned: number
  readonly is_ready: number
}

/** Snapshots that a mirror is not to serve before a delay is over. */
export class WaitingSnapshots {
  readonly #catalog: Database
  readonly #statements

  constructor(catalog: Database) {
    this.#catalog = catalog
    this.#statements = {
      list: catalog.prepare<[string], Row>('SELECT * FROM waiting_snapshots WHERE repository = ? ORDER BY serial'),
      // A time in the future is of a clock that was wrong.
      learn: catalog.prepare<[string, number, number]>(
        `INSERT INTO waiting_snapshots VALUES (?, ?, ?, 0)
         ON CONFLICT (repository, serial) DO UPDATE SET learned = min(learned, excluded.learned)`,
      ),
      ready: catalog.prepare<[string, number]>(
        'UPDATE waiting_snapshots SET is_ready = 1 WHERE repository = ? AND serial = ?',
      ),
      forget: catalog.prepare<[string, number, number]>(
        'DELETE FROM waiting_snapshots WHERE repository = ? AND NOT (serial > ? AND serial <= ?)',
      ),
    }
  }

  /** Of one repository, by serial. */
  of(repository: RepositoryName): WaitingSnapshot[] {
    return this.#statements.list
      .all(repository)
      .map(({ serial, learned, is_ready }) => ({ serial, learned, isReady: is_ready === 1 }))
  }

  /** Notes when a snapshot was heard of first, and tells that; later calls change nothing. */
  learn(repository: RepositoryName, serial: number, now: Date): WaitingSnapshot {
    const known = this.of(repository).find(other => other.serial === serial)
    const time = now.getTime()
    if (known && known.learned <= time) return known
    durably(this.#catalog, () => this.#statements.learn.run(repository, serial, time))
    return { serial, learned: time, isReady: known?.isReady ?? false }
  }

  /** Says that all of a snapshot is here, and checked. */
  markReady(repository: RepositoryName, serial: number): void {
    this.#statements.ready.run(repository, serial)
  }

  /** Forgets those that will not be served: all but what is newer than `served`, and not newer than `target`. */
  forgetOthers(repository: RepositoryName, served: number, target: number): void {
    this.#statements.forget.run(repository, served, target)
  }
}
