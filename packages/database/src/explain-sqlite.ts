import { existsSync } from 'node:fs'
import { RepocastError } from '@repocast/errors'
import Sqlite from 'better-sqlite3'

/** What only SQL that is wrong, or used wrongly, brings about. */
const mistakes = /^SQLITE_(CONSTRAINT|ERROR|INTERNAL|MISMATCH|MISUSE|RANGE)/

/**
 * The typed error for a failure of SQLite with the database at `path`. Mistakes of ours, and what is no error of SQLite,
 * stay as they are.
 */
export function explainSqlite(error: unknown, path: string): unknown {
  if (error instanceof TypeError && /directory does not exist/.test(error.message)) return unusable(path, error)
  if (!(error instanceof Sqlite.SqliteError) || mistakes.test(error.code)) return error
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(error.code)) return corrupt(path, error.message, error)
  if (/^SQLITE_(FULL|IOERR|READONLY)/.test(error.code)) return refused(path, error)
  return unusable(path, error)
}

/** SQLite has met bytes that are not its own. */
export function corrupt(path: string, why: string, cause?: Error): RepocastError {
  return new RepocastError('REPOCAST_DATABASE_CORRUPT', {
    message: `${path} is damaged (${why})`,
    hint: 'stop repocast, move the file away, and start again: what can be rebuilt from the files will be',
    ...(cause && { cause }),
  })
}

function refused(path: string, cause: Error & { readonly code: string }): RepocastError {
  const isFull = cause.code.startsWith('SQLITE_FULL')
  return new RepocastError(isFull ? 'REPOCAST_DISK_FULL' : 'REPOCAST_DISK_REFUSED', {
    message: `cannot read or write the database ${path} (${cause.code})`,
    hint: isFull ? 'free space on this filesystem' : 'check the rights to it, the disk, and how it is mounted',
    cause,
  })
}

function unusable(path: string, cause: Error): RepocastError {
  const what = existsSync(path) ? 'cannot be used' : 'cannot be made'
  return new RepocastError('REPOCAST_DATABASE_UNUSABLE', {
    message: `the database ${path} ${what} (${cause.message})`,
    hint: 'look at the permissions of the data directory, at the free space, and who else uses it',
    cause,
  })
}
