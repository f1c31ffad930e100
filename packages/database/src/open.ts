import { readdirSync, readFileSync } from 'node:fs'
import { RepocastError } from '@repocast/errors'
import Sqlite from 'better-sqlite3'
import { corrupt, explainSqlite } from './explain-sqlite.ts'
import { guard } from './guard.ts'

/**
 * A connection to a SQLite database that was opened our way: what it throws is a RepocastError, but for mistakes in SQL.
 * Whoever opened it closes it.
 */
export type Database = Sqlite.Database

export interface OpenOptions {
  /** Kind of database, a 31-bit number in the file's header: the catalog of one tool is not opened as another's. */
  readonly applicationId: number
  /** Directory with `001-name.sql`, `002-name.sql` …: file N makes version N out of version N - 1. */
  readonly migrations: URL
}

/**
 * Opens or makes the database at `path`: WAL, so that readers and one writer of several processes do not wait for
 * each other; durable at checkpoints and consistent always (`synchronous = NORMAL`).
 * @throws RepocastError REPOCAST_DATABASE_FOREIGN, REPOCAST_FORMAT_TOO_NEW, and as every use of it
 *   REPOCAST_DATABASE_CORRUPT, REPOCAST_DATABASE_UNUSABLE, REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED
 */
export function openDatabase(path: string, { applicationId, migrations }: OpenOptions): Database {
  const scripts = readMigrations(migrations)
  let database: Database | undefined
  try {
    database = guard(new Sqlite(path, { timeout: 10_000 }))
    assertOurs(database, path, applicationId)
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = NORMAL')
    database.pragma('foreign_keys = ON')
    migrate(database, path, applicationId, scripts)
    return database
  } catch (error) {
    database?.close()
    throw explainSqlite(error, path)
  }
}

interface Migration {
  readonly version: number
  readonly sql: string
}

function readMigrations(directory: URL): Migration[] {
  return readdirSync(directory)
    .filter(name => /^\d{3}-.*\.sql$/.test(name))
    .sort()
    .map(name => ({ version: Number(name.slice(0, 3)), sql: readFileSync(new URL(name, directory), 'utf8') }))
}

function migrate(database: Database, path: string, applicationId: number, migrations: readonly Migration[]): void {
  const upgrade = database.transaction(() => {
    const version = database.pragma('user_version', { simple: true }) as number
    const newest = migrations.at(-1)?.version ?? 0
    if (version > newest) throw tooNew(path, version, newest)
    for (const migration of migrations) if (migration.version > version) database.exec(migration.sql)
    if (version < newest) {
      database.pragma(`application_id = ${applicationId}`)
      database.pragma(`user_version = ${newest}`)
    }
  })
  // Two processes may open a new database at the same time: the second finds it made.
  upgrade.immediate()
}

/** Before anything is written: a database of somebody else stays as it is. */
function assertOurs(database: Database, path: string, applicationId: number): void {
  const isNew = database.pragma('user_version', { simple: true }) === 0 && !hasTables(database)
  if (!isNew && database.pragma('application_id', { simple: true }) !== applicationId) throw foreign(path)
}

function hasTables(database: Database): boolean {
  return database.prepare('SELECT 1 FROM sqlite_master LIMIT 1').get() !== undefined
}

function foreign(path: string): RepocastError {
  return new RepocastError('REPOCAST_DATABASE_FOREIGN', {
    message: `${path} is a database of something else`,
    hint: 'give repocast a data directory of its own',
  })
}

function tooNew(path: string, version: number, newest: number): RepocastError {
  return new RepocastError('REPOCAST_FORMAT_TOO_NEW', {
    message: `${path} has schema version ${version}, this repocast knows versions up to ${newest}`,
    hint: 'update repocast on this host',
  })
}

/**
 * Reads all of a database, and sees whether it holds together. Takes a second or two for a few hundred megabytes.
 * @throws RepocastError REPOCAST_DATABASE_CORRUPT
 */
export function assertSound(database: Database): void {
  const told = database.pragma('quick_check(1)', { simple: true })
  if (told !== 'ok') throw corrupt(database.name, String(told))
}

/** A number that changes when another connection has committed something. */
export function dataVersion(database: Database): number {
  return database.pragma('data_version', { simple: true }) as number
}
