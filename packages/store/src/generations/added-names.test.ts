import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@repocast/errors'
import { HashPool } from '@repocast/files'
import { buildTree, objectIdOf, parseRepositoryName, type SnapshotRecord, type TreeEntry } from '@repocast/objects'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openStore, type Store } from '../index.ts'
import { kill } from '../testing/killed-disk.ts'

vi.mock('node:fs', async importOriginal => {
  const { killable } = await import('../testing/killed-disk.ts')
  return killable(await importOriginal(), ['openSync'])
})

const repository = parseRepositoryName('test')
const hashPool = new HashPool({ threads: 1 })
let directory: string
let www: string
let store: Store

const open = async (): Promise<Store> => await openStore({ directory, logger: silentLogger, hashPool })
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'repocast-added-'))
  www = join(directory, 'www/test')
  store = await open()
})
afterEach(async () => {
  await store.close()
  spawnSync('rm', ['-rf', directory])
})

/** A snapshot with `file` and the directory `sub` with `file`, all with `text`. */
async function snapshot(serial: number, text: string): Promise<SnapshotRecord> {
  const ingest = store.ingest()
  const bytes = Buffer.from(text)
  const file: TreeEntry = { type: 'f', name: 'file', mode: 0o644, mtime: 5, size: bytes.length, id: objectIdOf(bytes) }
  const sub = buildTree([file])
  const size = sub.trees.at(-1)?.bytes.length ?? 0
  const root = buildTree([file, { type: 'd', name: 'sub', mode: 0o555, mtime: 6, size, id: sub.id }])
  for (const { id, bytes: tree } of [...sub.trees, ...root.trees]) if (!ingest.has(id)) await ingest.addBytes(id, tree)
  if (!ingest.has(file.id)) await ingest.addBytes(file.id, bytes)
  await ingest.commit()
  const rootSize = root.trees.at(-1)?.bytes.length ?? 0
  return {
    ...{ repository, kind: 'plain', serial, created: '2026-11-20T00:00:00Z' },
    root: { id: root.id, size: rootSize, mode: 0o755, mtime: 8 },
    ...{ counts: { files: 0, links: 0, directories: 0 }, bytes: 0, packs: [], findings: [] },
  }
}

async function serve(record: SnapshotRecord) {
  const generation = await store.generations.build(record, www)
  await store.generations.swap(generation, www)
  return generation
}

const names = (): string[] => readdirSync(www, { recursive: true }).map(String).sort()
const attributes = (path: string): string => {
  const { mode, mtimeMs } = statSync(join(www, path))
  return `${(mode & 0o7777).toString(8)} ${mtimeMs / 1000}`
}

/** What a scrub finds. */
async function damages(isMended: boolean): Promise<string[]> {
  const { signal } = new AbortController()
  const found: string[] = []
  for await (const { what, path } of store.scrub().generations({ pace: async () => {}, signal, isMended }))
    found.push(`${what} ${path}`)
  return found
}

test('a file is added beside the snapshot, also in directories that it has not, and nothing else changes', async () => {
  const generation = await serve(await snapshot(1, 'one'))
  expect(await store.generations.addFile(generation, 'sub/mine', 'first')).toBe(true)
  expect(await store.generations.addFile(generation, 'sub/mine', 'again')).toBe(true)
  expect(await store.generations.addFile(generation, 'deep/er/mine', 'text')).toBe(true)
  expect(names()).toEqual(['deep', 'deep/er', 'deep/er/mine', 'file', 'sub', 'sub/file', 'sub/mine'])
  expect(readFileSync(join(www, 'sub/mine'), 'utf8')).toBe('again')
  expect(['', 'sub'].map(attributes)).toEqual(['755 8', '555 6'])
  expect(store.generations.added.files(generation)).toEqual(['sub/mine', 'deep/er/mine'])
  expect(await damages(true)).toEqual([])
  expect(names()).toHaveLength(7)

  await store.generations.removeAdded(generation)
  expect(names()).toEqual(['file', 'sub', 'sub/file'])
  expect(['', 'sub'].map(attributes)).toEqual(['755 8', '555 6'])
  expect(await damages(false)).toEqual([])
})

test('what the snapshot has stays, also a file where a directory would be needed', async () => {
  const generation = await serve(await snapshot(1, 'one'))
  for (const path of ['file', 'sub', 'file/mine', 'sub/file/deep/mine'])
    expect(await store.generations.addFile(generation, path, 'x')).toBe(false)
  expect(names()).toEqual(['file', 'sub', 'sub/file'])
  expect(readFileSync(join(www, 'file'), 'utf8')).toBe('one')
  expect(await damages(false)).toEqual([])
})

test('a swap is unsettled until it is settled, swaps before that are one, and serving it elsewhere is none', async () => {
  const { unsettled } = store.generations
  await serve(await snapshot(1, 'one'))
  expect(unsettled.of(repository)).toMatchObject({ serial: 1, previous: undefined, hooked: undefined })
  unsettled.settle(repository, 1)
  const second = await serve(await snapshot(2, 'two'))
  await serve(await snapshot(3, 'three'))
  await store.close()
  store = await open()
  expect(store.generations.unsettled.of(repository)).toMatchObject({ serial: 3, previous: 1 })
  store.generations.unsettled.settle(repository, second.serial)
  expect(store.generations.unsettled.of(repository)).toMatchObject({ serial: 3 })
  store.generations.unsettled.settle(repository, 3)
  const third = await store.generations.served(repository, www)
  if (third) await store.generations.swap(third, www)
  expect(store.generations.unsettled.of(repository)).toBeUndefined()
})

test('a kill at any change of the disk while files are added, or a generation with them is recycled, leaves nothing behind', async () => {
  for (const phase of ['add', 'recycle'] as const) {
    for (let after = 0; ; after += 1) {
      const [first, second, third] = [await snapshot(1, 'one'), await snapshot(2, 'two'), await snapshot(3, 'three')]
      const generation = await serve(first)
      const act = async () => {
        if (phase === 'add') await store.generations.addFile(generation, 'deep/mine', 'text')
        else await store.generations.build(third, www)
      }
      if (phase === 'recycle') {
        await store.generations.addFile(generation, 'sub/mine', 'text')
        await serve(second)
      }
      const before = names()
      kill.calls = 0
      kill.after = after
      const isKilled = await act().then(
        () => false,
        () => true,
      )
      kill.after = undefined
      await store.close()
      store = await open()
      await store.removeLeftovers()
      if (phase === 'recycle') expect(names()).toEqual(before)
      // Attributes of directories may be left as they were on the way: a scrub mends them.
      for (const found of await damages(true)) expect(found).toMatch(/^attributes /)
      for (const record of [second, third, await snapshot(4, 'four')]) {
        await serve(record)
        expect(names()).toEqual(['file', 'sub', 'sub/file'])
        expect(['', 'sub'].map(attributes)).toEqual(['755 8', '555 6'])
        expect(await damages(false)).toEqual([])
      }
      expect(readdirSync(join(directory, 'incoming'))).toEqual([])
      if (!isKilled) break
    }
  }
})
