import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@repocast/errors'
import { HashPool } from '@repocast/files'
import {
  buildTree,
  objectIdOf,
  parseRepositoryName,
  type SnapshotRecord,
  type TreeEntry,
  walkTree,
} from '@repocast/objects'
import type { Filter } from '@repocast/repositories'
import { openStore, type Store } from '@repocast/store'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { filterOf } from './configuration.ts'
import { leftOutFileName } from './left-out-file.ts'
import { makeSelection } from './make-selection.ts'
import { remakeObject } from './remake-object.ts'

let directory: string
let store: Store
const hashPool = new HashPool({ threads: 1 })
const { signal } = new AbortController()

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'repocast-selection-'))
  store = await open('data')
})
afterEach(async () => {
  await store.close()
  rmSync(directory, { recursive: true })
})

async function open(name: string): Promise<Store> {
  const data = join(directory, name)
  mkdirSync(data)
  return await openStore({ directory: data, logger: silentLogger, hashPool })
}

const file = (name: string, text: string): TreeEntry => ({
  ...{ type: 'f', name, mode: 0o644, mtime: 7 },
  ...{ size: text.length, id: objectIdOf(Buffer.from(text)) },
})

/** `a/one.iso`, `a/two`, `b/three.iso`, `empty/`, and links to them; no blob is in the store. */
async function publish(into: Store): Promise<SnapshotRecord> {
  const ingest = into.ingest()
  const put = async (entries: TreeEntry[]) => {
    const { id, trees } = buildTree(entries)
    for (const tree of trees) if (!ingest.has(tree.id)) await ingest.addBytes(tree.id, tree.bytes)
    return { id, size: trees.at(-1)?.bytes.length ?? 0, mode: 0o750, mtime: 9 }
  }
  const [a, b, empty] = [
    await put([file('one.iso', 'one'), file('two', 'two')]),
    await put([file('three.iso', 'three')]),
    await put([]),
  ]
  const root = await put([
    { type: 'd', name: 'a', ...a },
    { type: 'd', name: 'b', ...b },
    { type: 'd', name: 'empty', ...empty },
    { type: 'l', name: 'link-dangling', mtime: 5, target: 'nothing' },
    { type: 'l', name: 'link-in', mtime: 5, target: 'a/two' },
    { type: 'l', name: 'link-out', mtime: 5, target: 'b' },
    { type: 'l', name: 'link-to-link', mtime: 5, target: 'link-out' },
  ])
  await ingest.commit()
  return {
    ...{ repository: parseRepositoryName('test'), kind: 'plain', serial: 3, created: '2026-11-20T00:00:00Z', root },
    ...{ counts: { files: 3, links: 4, directories: 3 }, bytes: 11, packs: [], findings: [] },
  }
}

const filter = filterOf({ exclude: ['*.iso'] }) as Filter

async function make(into: Store, record: SnapshotRecord) {
  const fetch = async () => {
    throw new Error('nothing has to be read')
  }
  return await makeSelection({ store: into, record, filter, fetch, signal })
}

async function pathsOf(into: Store, root: Parameters<typeof walkTree>[1]): Promise<string[]> {
  const paths: string[] = []
  for await (const { path } of walkTree(into.objects.readTree, root)) paths.push(path)
  return paths
}

test('what is in, what is left out, and links and directories that lose what they held', async () => {
  const record = await publish(store)
  const { root, counts, leftOut } = await make(store, record)
  expect(await pathsOf(store, root.id)).toEqual([
    ...[leftOutFileName, 'a', 'a/two', 'empty'],
    ...['link-dangling', 'link-in'],
  ])
  expect(counts).toEqual({ files: 2, links: 2, directories: 2 })
  expect(leftOut).toEqual({ files: 4, bytes: 8 })
  const tree = await store.objects.readTree(root.id)
  const note = tree.entries?.find(({ name }) => name === leftOutFileName)
  const chunks: Uint8Array[] = []
  if (note?.type === 'f') for await (const chunk of store.objects.read(note.id)) chunks.push(chunk)
  expect(JSON.parse(Buffer.concat(chunks).toString())).toEqual({
    ...{ format: 'repocast filter', version: 1, repository: 'test', serial: 3, root: record.root.id },
    filter: { include: [], exclude: ['*.iso'], sources: true, debug: true },
    kept: { files: 1, bytes: 3 },
    leftOut: { path: { files: 2, bytes: 8 }, link: { files: 2, bytes: 0 } },
  })
})

test('the same everywhere, and made once', async () => {
  const record = await publish(store)
  const first = await make(store, record)
  expect(await make(store, record)).toEqual(first)
  const other = await open('other')
  try {
    expect((await make(other, await publish(other))).root).toEqual(first.root)
  } finally {
    await other.close()
  }
})

test('its trees are in no pack, and yet are not collected; lost ones are made again', async () => {
  const record = await publish(store)
  store.snapshots.add(record)
  const selection = await make(store, record)
  store.selections.setCurrent(record.repository, record.serial, selection)
  const { root } = selection
  await store.collect()
  expect(store.objects.has(root.id)).toBe(true)
  // the collection took those of the snapshot, which are in no pack here
  await publish(store)
  const before = await pathsOf(store, root.id)
  const losing = [...store.objects.list(Buffer.alloc(0), 100)].map(({ id }) => id)
  const made = losing.filter(id => store.selections.withObject(id).length > 0)
  expect(made.length).toBeGreaterThan(2)
  await store.lose(made, 'rotten')
  for (const id of made) expect(store.objects.has(id)).toBe(false)
  for (const id of made) expect(await remakeObject(store, id)).toBe(true)
  for (const id of made) expect(store.objects.has(id)).toBe(true)
  expect(await pathsOf(store, root.id)).toEqual(before)
  expect(await remakeObject(store, objectIdOf(Buffer.from('of none')))).toBe(false)

  store.snapshots.remove(record.repository, record.serial)
  store.selections.prune(record.repository)
  await store.collect()
  expect(store.objects.has(root.id)).toBe(false)
})
