import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DurableBatch, Filesystem, HashPool, onDisk, replaceLink, walk, writeFileDurably } from './index.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'repocast-files-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

test('a file is replaced whole and leaves no temporary name', async () => {
  const path = join(directory, 'a')
  await writeFileDurably(path, 'one')
  await writeFileDurably(path, 'two', { mode: 0o600 })
  expect(readFileSync(path, 'utf8')).toBe('two')
  expect(readdirSync(directory)).toEqual(['a'])
})

test('a disk that refuses is told with the path and what to do', async () => {
  const write = async () => await onDisk('write', '/dev/full', async () => await appendFile('/dev/full', 'x'))
  const error = { code: 'REPOCAST_DISK_FULL', message: expect.stringContaining('/dev/full'), hint: expect.any(String) }
  await expect(write()).rejects.toMatchObject(error)
})

test('a link is replaced in place', async () => {
  const path = join(directory, 'served')
  await replaceLink('g1', path)
  await replaceLink('g2', path)
  expect(readlinkSync(path)).toBe('g2')
  expect(readdirSync(directory)).toEqual(['served'])
})

test.each([3, 100])('a batch of %i files puts each under its final name', async count => {
  mkdirSync(join(directory, 'final'))
  const filesystem = new Filesystem(directory)
  const batch = new DurableBatch(filesystem)
  for (let k = 0; k < count; k += 1) {
    writeFileSync(join(directory, `new-${k}`), `content ${k}`)
    batch.place(join(directory, `new-${k}`), join(directory, 'final', String(k)))
  }
  expect(batch.size).toBe(count)
  await batch.commit()
  expect(batch.size).toBe(0)
  expect(readdirSync(directory)).toEqual(['final'])
  expect(readdirSync(join(directory, 'final'))).toHaveLength(count)
  expect(readFileSync(join(directory, 'final/2'), 'utf8')).toBe('content 2')
  filesystem.close()
})

test('a filesystem is synced, also several times at once, and again when it was closed', async () => {
  const filesystem = new Filesystem(directory)
  expect(await Promise.all([filesystem.sync(), filesystem.sync(), filesystem.sync()])).toEqual([true, true, true])
  filesystem.close()
  expect(await filesystem.sync()).toBe(true)
  filesystem.close()
  const lost = new Filesystem(join(directory, 'nowhere'))
  expect(await lost.sync()).toBe(false)
  lost.close()
})

test('a program ends although its shell for syncing still waits', () => {
  const module = new URL('./durable/filesystem.ts', import.meta.url)
  const program = `import { Filesystem } from ${JSON.stringify(module.href)}
    console.log(await new Filesystem('/').sync())`
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { timeout: 8000 })
  expect({ out: stdout.toString(), status }).toEqual({ out: 'true\n', status: 0 })
})

test('a walk meets everything once, in byte order, links and odd names included', () => {
  mkdirSync(join(directory, 'b'))
  writeFileSync(join(directory, 'b/x'), '')
  writeFileSync(join(directory, 'b.txt'), '')
  symlinkSync('nowhere', join(directory, 'a'))
  writeFileSync(Buffer.concat([Buffer.from(`${directory}/`), Buffer.from([0xff])]), '')
  const met = [...walk(Buffer.from(directory))].map(({ event, name }) => `${event} ${name.toString('latin1')}`)
  expect(met).toEqual(['enter ', 'link a', 'enter b', 'file x', 'leave b', 'file b.txt', 'file \xff', 'leave '])
})

test('files and ranges of files are hashed in threads', async () => {
  const pool = new HashPool({ threads: 2 })
  const content = Buffer.alloc(3_000_000, 'repocast')
  const path = Buffer.from(join(directory, 'big'))
  writeFileSync(path, content)
  const { digest, before, after } = await pool.sha256File(path)
  expect(digest).toBe(createHash('sha256').update(content).digest('hex'))
  expect(after).toEqual(before)
  const halves = [
    { path, offset: 10, length: 2_000_000 },
    { path, offset: 5, length: 7 },
  ]
  const expected = createHash('sha1')
    .update(content.subarray(10, 2_000_010))
    .update(content.subarray(5, 12))
    .digest('hex')
  expect(await pool.sha1Ranges(halves)).toBe(expected)
  expect(await pool.sha1Ranges([{ path, offset: 2_999_999, length: 2 }])).toBeUndefined()
  appendFileSync(path, 'x')
  expect((await pool.sha256File(path)).before).not.toEqual(before)
  await expect(pool.sha256File(join(directory, 'missing'))).rejects.toMatchObject({ code: 'ENOENT' })
  await pool.close()
})
