import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { assertSound, type Database, dataVersion, openDatabase } from './open.ts'
import { ProcessLock } from './process-lock.ts'

let directory: string
let migrations: URL

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'repocast-database-'))
  migrations = pathToFileURL(`${directory}/`)
  writeFileSync(join(directory, '001-first.sql'), 'CREATE TABLE a (x INTEGER) STRICT;')
})
afterEach(() => rmSync(directory, { recursive: true }))

const open = (name = 'test.sqlite', applicationId = 0x1234) =>
  openDatabase(join(directory, name), { applicationId, migrations })

test('a database is made once and keeps its rows when a newer schema opens it', () => {
  const first = open()
  first.exec('INSERT INTO a VALUES (7)')
  first.close()
  writeFileSync(join(directory, '002-second.sql'), 'ALTER TABLE a ADD COLUMN y INTEGER NOT NULL DEFAULT 3;')
  const second = open()
  expect(second.prepare('SELECT x, y FROM a').get()).toEqual({ x: 7, y: 3 })
  expect(second.pragma('journal_mode', { simple: true })).toBe('wal')
  second.close()
})

test('a newer schema, a foreign file and garbage are told apart', () => {
  const made = open()
  made.pragma('user_version = 9')
  made.close()
  expect(() => open()).toThrow(expect.objectContaining({ code: 'REPOCAST_FORMAT_TOO_NEW' }))
  open('other.sqlite').close()
  expect(() => open('other.sqlite', 0x999)).toThrow(expect.objectContaining({ code: 'REPOCAST_DATABASE_FOREIGN' }))
  writeFileSync(join(directory, 'garbage.sqlite'), 'x'.repeat(5000))
  expect(() => open('garbage.sqlite')).toThrow(expect.objectContaining({ code: 'REPOCAST_DATABASE_CORRUPT' }))
  expect(() => open('no/such/directory.sqlite')).toThrow(
    expect.objectContaining({ code: 'REPOCAST_DATABASE_UNUSABLE' }),
  )
})

test('a commit of another connection is seen in the data version', () => {
  const [a, b] = [open(), open()]
  const before = dataVersion(a)
  expect(dataVersion(a)).toBe(before)
  b.exec('INSERT INTO a VALUES (1)')
  expect(dataVersion(a)).not.toBe(before)
  a.close()
  b.close()
})

const pageBytes = 4096

/** A database of some pages; of what is in its file nothing is in memory when `harm` has changed that. */
function openHarmed(harm: (file: number, bytes: number) => void): Database {
  const database = open()
  database.exec(
    'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 20000) INSERT INTO a SELECT x FROM n',
  )
  database.pragma('wal_checkpoint(TRUNCATE)')
  const path = join(directory, 'test.sqlite')
  const file = openSync(path, 'r+')
  harm(file, statSync(path).size)
  closeSync(file)
  database.pragma('shrink_memory')
  onTestFinished(() => void database.close())
  return database
}

const overwrite = (file: number, at: number) => void writeSync(file, Buffer.alloc(pageBytes, 0xa5), 0, pageBytes, at)

test.each<[string, (file: number, bytes: number) => void]>([
  [
    'pages',
    (file, bytes) => {
      for (let at = pageBytes; at < bytes; at += pageBytes) overwrite(file, at)
    },
  ],
  ['the header', file => overwrite(file, 0)],
])('%s overwritten under an open database: whatever meets it tells of damage', (_, harm) => {
  const database = openHarmed(harm)
  const uses: (() => unknown)[] = [
    () => database.prepare('SELECT sum(x) FROM a').get(),
    () => database.prepare('SELECT sum(x) FROM a').pluck().all(),
    () => [...database.prepare('SELECT x FROM a').iterate()],
    () => database.prepare('INSERT INTO a VALUES (?)').run(1),
    () => database.exec('DELETE FROM a'),
    () => database.transaction(() => database.exec('DELETE FROM a'))(),
    () => database.transaction((x: number) => database.prepare('INSERT INTO a VALUES (?)').run(x)).immediate(1),
    () => assertSound(database),
  ]
  for (const use of uses) {
    expect(use).toThrow(expect.objectContaining({ code: 'REPOCAST_DATABASE_CORRUPT' }))
    expect(use).toThrow(/test\.sqlite is damaged/)
  }
})

test('a database that is full, may not be written, or is used by another says so; a mistake in SQL is one', () => {
  const [database, other] = [open(), open()]
  const fill = database.transaction(() => {
    for (let x = 0; x < 10_000; x += 1) database.prepare('INSERT INTO a VALUES (?)').run(x)
  })
  database.pragma('max_page_count = 3')
  expect(fill).toThrow(
    expect.objectContaining({ code: 'REPOCAST_DISK_FULL', hint: expect.stringMatching(/free space/) }),
  )
  expect(database.prepare('SELECT count(*) AS rows FROM a').get()).toEqual({ rows: 0 })
  database.pragma('query_only = ON')
  expect(fill.deferred).toThrow(expect.objectContaining({ code: 'REPOCAST_DISK_REFUSED' }))
  database.pragma('query_only = OFF')
  other.pragma('busy_timeout = 0')
  database.exec('BEGIN EXCLUSIVE')
  const busy = other.transaction(() => {})
  expect(busy.exclusive).toThrow(expect.objectContaining({ code: 'REPOCAST_DATABASE_UNUSABLE' }))
  database.exec('ROLLBACK')
  expect(() => database.prepare('SELECT y FROM a')).toThrow(expect.objectContaining({ code: 'SQLITE_ERROR' }))
  for (const one of [database, other]) one.close()
})

test('a write error of the disk is told with the file, also when only the commit meets it', () => {
  open().close()
  const source = `const { openDatabase } = await import(${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)});
    const database = openDatabase(${JSON.stringify(join(directory, 'test.sqlite'))}, { applicationId: 0x1234, migrations: new URL(${JSON.stringify(migrations.href)}) });
    const add = database.prepare('INSERT INTO a VALUES (?)');
    try { for (let k = 0; k < 1e6; k += 1) database.transaction(() => add.run(k))() } catch (error) { console.log(error.code, error.message) }`
  // files may have 100 KiB: who writes beyond is refused
  const script = 'ulimit -f 200; trap "" XFSZ; exec "$0" --input-type=module -e "$1"'
  const told = execFileSync('/bin/sh', ['-c', script, process.execPath, source], { encoding: 'utf8', timeout: 30_000 })
  expect(told).toMatch(/^REPOCAST_DISK_REFUSED .*test\.sqlite \(SQLITE_IOERR_WRITE\)$/m)
})

test('a lock excludes a second holder, and is free again when its holder is killed', async () => {
  const path = join(directory, 'lock')
  const source = `const { ProcessLock } = await import(${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)});
    globalThis.held = new ProcessLock(${JSON.stringify(path)}).tryAcquire(); console.log('held'); setInterval(() => {}, 1000)`
  const holder = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void holder.kill('SIGKILL'))
  await once(holder.stdout, 'data')
  const lock = new ProcessLock(path)
  expect(lock.tryAcquire()).toBeUndefined()
  let waits = 0
  const waiting = lock.acquire({ onWait: () => (waits += 1) })
  holder.kill('SIGKILL')
  const held = await waiting
  expect(waits).toBe(1)
  expect(lock.tryAcquire()).toBeUndefined()
  held.release()
  lock.tryAcquire()?.release()
})

test('waiting for a lock ends when it is told to', async () => {
  const lock = new ProcessLock(join(directory, 'lock'))
  const held = lock.tryAcquire()
  await expect(lock.acquire({ signal: AbortSignal.timeout(50) })).rejects.toThrow()
  held?.release()
})
