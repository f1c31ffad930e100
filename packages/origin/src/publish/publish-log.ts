import { type Database, openDatabase } from '@repocast/database'
import { isRepocastError } from '@repocast/errors'
import type { PublishResult } from './publish.ts'

const applicationId = 0x7263_706c // "rcpl"

export type PublishOutcome = 'published' | 'unchanged' | 'failed'

/** How publishing a repository went, of one outcome. */
export interface PublishCount {
  readonly repository: string
  readonly result: PublishOutcome
  /** How often. */
  readonly count: number
  /** What all of them took. */
  readonly seconds: number
  /** When the last one ended, milliseconds since 1970. */
  readonly last: number
  /** What the last one took. */
  readonly lastSeconds: number
}

/** What was published last of a watched tree. */
export interface WatchedTree {
  /** Directory. */
  readonly tree: string
  readonly fingerprint: string
  /** Newest snapshot then. */
  readonly serial: number
}

/** Counts publishes over all processes, for metrics, and remembers what was published of watched trees. `close` it. */
export class PublishLog {
  readonly #database: Database
  readonly #add
  readonly #counts
  readonly #watched
  readonly #setWatched

  constructor(path: string) {
    const migrations = new URL('../../sql/publishes/', import.meta.url)
    this.#database = openDatabase(path, { applicationId, migrations })
    this.#add = this.#database.prepare<[string, PublishOutcome, number, number, number]>(
      `INSERT INTO publishes VALUES (?, ?, 1, ?, ?, ?) ON CONFLICT DO UPDATE SET
        count = count + 1, seconds = seconds + excluded.seconds, last = excluded.last, last_seconds = excluded.last_seconds`,
    )
    this.#counts = this.#database.prepare<[], PublishCount>(
      'SELECT repository, result, count, seconds, last, last_seconds AS lastSeconds FROM publishes',
    )
    this.#watched = this.#database.prepare<[string], WatchedTree>(
      'SELECT tree, fingerprint, serial FROM watched WHERE repository = ?',
    )
    this.#setWatched = this.#database.prepare<[string, string, string, number]>(
      'INSERT OR REPLACE INTO watched (repository, tree, fingerprint, serial) VALUES (?, ?, ?, ?)',
    )
  }

  /** Counts a publish that took from `began` to `ended`. */
  add(repository: string, result: PublishOutcome, began: Date, ended: Date): void {
    const seconds = Math.max(0, ended.getTime() - began.getTime()) / 1000
    this.#add.run(repository, result, seconds, ended.getTime(), seconds)
  }

  counts(): PublishCount[] {
    return this.#counts.all()
  }

  watched(repository: string): WatchedTree | undefined {
    return this.#watched.get(repository)
  }

  setWatched(repository: string, { tree, fingerprint, serial }: WatchedTree): void {
    this.#setWatched.run(repository, tree, fingerprint, serial)
  }

  close(): void {
    this.#database.close()
  }
}

export interface CountedPublish {
  readonly repository: string
  /** Of the log. */
  readonly path: string
  readonly clock: () => Date
}

/** Counts how a publish that has just begun ends; one that was told to stop has not failed. Ends as it does. */
export async function counted(
  { repository, path, clock }: CountedPublish,
  publishing: Promise<PublishResult>,
): Promise<PublishResult> {
  const began = clock()
  const count = (outcome: PublishOutcome): void => {
    const log = new PublishLog(path)
    try {
      log.add(repository, outcome, began, clock())
    } finally {
      log.close()
    }
  }
  const result = await publishing.catch((error: unknown) => {
    if (isRepocastError(error)) count('failed')
    throw error
  })
  count(result.published ? 'published' : 'unchanged')
  return result
}
