import { RepocastError } from '@repocast/errors'
import Sqlite from 'better-sqlite3'
import { corrupt, isCorruption } from './open.ts'

/**
 * The typed error for a database that its disk refuses: no space (SQLITE_FULL), read or write errors, a filesystem that
 * became read-only, too many open files; or that is damaged. Anything else as it is.
 */
export function explainSqlite(error: unknown, directory: string): unknown {
  if (!(error instanceof Sqlite.SqliteError)) return error
  if (isCorruption(error)) return corrupt(`a database in ${directory}`, error.message, error)
  const code = error.code.startsWith('SQLITE_FULL') ? 'REPOCAST_DISK_FULL' : 'REPOCAST_DISK_REFUSED'
  if (!/^SQLITE_(FULL|IOERR|READONLY|CANTOPEN)/.test(error.code)) return error
  return new RepocastError(code, {
    message: `cannot write a database in ${directory} (${error.code})`,
    hint: code === 'REPOCAST_DISK_FULL' ? 'free space on this filesystem' : 'check the disk and how it is mounted',
    cause: error,
  })
}
