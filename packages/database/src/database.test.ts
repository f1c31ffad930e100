import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { dataVersion, openDatabase } from './open.ts'
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
