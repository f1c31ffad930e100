import { setTimeout as sleep } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { explainSqlite } from './explain-sqlite.ts'

/** A lock that is held as long as this object is kept: when it is lost to garbage collection, so is the lock. */
export interface Lock {
  /** May be called more than once. */
  release(): void
}

export interface AcquireOptions {
  readonly signal?: AbortSignal | undefined
  /** Called once when somebody else holds the lock and waiting begins. */
  readonly onWait?: (() => void) | undefined
}

const pollMilliseconds = 100

/**
 * A lock between processes on the file `path`. Node has no flock(2); SQLite takes its locks from the kernel, so the
 * lock goes with its holder, even by SIGKILL. That is why it stands here and not among the files.
 */
export class ProcessLock {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /**
   * The lock, undefined when another process (or this one) holds it.
   * @throws RepocastError REPOCAST_DATABASE_UNUSABLE, REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED
   */
  tryAcquire(): Lock | undefined {
    let database: Sqlite.Database | undefined
    try {
      database = new Sqlite(this.#path, { timeout: 0 })
      database.exec('BEGIN EXCLUSIVE')
    } catch (error) {
      database?.close()
      if (error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')) return undefined
      throw explainSqlite(error, this.#path)
    }
    const held = database
    return { release: () => void held.close() }
  }

  /**
   * Waits for the lock without blocking the event loop.
   * @throws as `tryAcquire`, and the reason of `signal`
   */
  async acquire({ signal, onWait }: AcquireOptions = {}): Promise<Lock> {
    for (let waited = false; ; waited = true) {
      signal?.throwIfAborted()
      const lock = this.tryAcquire()
      if (lock) return lock
      if (!waited) onWait?.()
      await sleep(pollMilliseconds, undefined, { signal })
    }
  }

  /** Holds the lock while `use` runs. @throws as `acquire`, and what `use` throws */
  async hold<T>(options: AcquireOptions, use: () => Promise<T>): Promise<T> {
    const lock = await this.acquire(options)
    try {
      return await use()
    } finally {
      lock.release()
    }
  }
}
