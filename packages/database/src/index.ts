/** SQLite, opened our way: pragmas, application id, migrations as numbered .sql files; and locks between processes. */
export { explainFull } from './explain-full.ts'
export { type Database, dataVersion, type OpenOptions, openDatabase } from './open.ts'
export { type AcquireOptions, type Lock, ProcessLock } from './process-lock.ts'
