/** SQLite, opened our way: pragmas, application id, migrations as numbered .sql files; and locks between processes. */
export { assertSound, type Database, dataVersion, type OpenOptions, openDatabase } from './open.ts'
export { type AcquireOptions, type Lock, ProcessLock } from './process-lock.ts'
