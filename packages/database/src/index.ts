/** SQLite, opened our way: pragmas, application id, migrations as numbered .sql files; and locks between processes. */
export { assertSound, type Database, dataVersion, openDatabase } from './open.ts'
export { type Lock, ProcessLock } from './process-lock.ts'
