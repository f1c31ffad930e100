import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@repocast/errors'
import { HashPool } from '@repocast/files'
import { buildTree, objectIdOf, parseRepositoryName, type SnapshotRecord, type TreeEntry } from '@repocast/objects'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Finding, openStore, type Store } from '../index.ts'

let directory: string
let www: string
let hashPool: HashPool
let store: Store
let record: SnapshotRecord

const { signal } = new AbortController()
const options = { pace: async () => {}, signal }
const idOf = (text: string) => objectIdOf(Buffer.from(text))

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'repocast-scrub-'))
  www = join(directory, 'www')
  hashPool = new HashPool({ threads: 1 })
  store = await openStore({ directory, logger: silentLogger, hashPool })
  record = await publish()
  store.snapshots.add(record)
  await store.generations.swap(await store.generations.build(record, www), www)
})
afterEach(async () => {
  await store.close()
  await hashPool.close()
  spawnSync('rm', ['-rf', directory])
})

/** Two files with one content and other attributes, one below, a link, and an empty file. */
async function publish(): Promise<SnapshotRecord> {
  const ingest = store.ingest()
  const file = async (name: string, text: string, mode = 0o644): Promise<TreeEntry> => {
    if (text !== '' && !ingest.has(idOf(text))) await ingest.addBytes(idOf(text), Buffer.from(text))
    return { type: 'f', name, mode, mtime: 1_000_000, size: text.length, id: idOf(text) }
  }
  const put = async (entries: TreeEntry[]) => {
    const { id, trees } = buildTree(entries)
    for (const tree of trees) await ingest.addBytes(tree.id, tree.bytes)
    return { id, size: trees.at(-1)?.bytes.length ?? 0, mode: 0o755, mtime: 900_000 }
  }
  const sub = await put([await file('below', 'below')])
  const root = await put([
    await file('a', 'content'),
    await file('b', 'content', 0o600),
    await file('empty', ''),
    { type: 'l', name: 'link', mtime: 5, target: 'sub/below' },
    { type: 'd', name: 'sub', ...sub },
  ])
  await ingest.commit()
  return {
    repository: parseRepositoryName('test'),
    kind: 'plain',
    serial: 1,
    created: '2026-11-20T00:00:00Z',
    root,
    counts: { files: 4, links: 1, directories: 1 },
    bytes: 0,
    packs: [],
    findings: [],
  }
}

async function gather(findings: AsyncIterable<Finding>): Promise<string[]> {
  const found: string[] = []
  for await (const { what, path } of findings) found.push(`${what} ${path.slice(directory.length + 1)}`)
  return found.sort()
}

const objects = async () => await gather(store.scrub().objects(Buffer.alloc(0), () => {}, options))
const generations = async (isMended: boolean) => await gather(store.scrub().generations({ ...options, isMended }))

/** Everything served: names, types, modes, times, targets, and bytes. */
function look(): string {
  const all = ['.', '-printf', '%p %y %m %Ts %l\n', '-type', 'f', '-exec', 'sha256sum', '{}', ';']
  return spawnSync('find', all, { cwd: www, encoding: 'utf8' }).stdout.split('\n').sort().join('\n')
}

test('a sound store has no findings, and a scrub goes on behind the position that it has told', async () => {
  expect([await objects(), await generations(false)]).toEqual([[], []])
  const positions: Buffer[] = []
  let checked = 0
  const all = store.scrub().objects(
    Buffer.alloc(0),
    (position, count) => {
      positions.push(position)
      checked += count
    },
    options,
  )
  await gather(all)
  expect(checked).toBe(5)
  expect(await gather(store.scrub().objects(positions.at(-1) ?? Buffer.alloc(0), () => {}, options))).toEqual([])
})

test('what was changed in a served tree is told, and mended in place', async () => {
  const before = look()
  const target = readlinkSync(www)
  unlinkSync(join(www, 'a'))
  writeFileSync(join(www, 'replaced'), 'tampered')
  renameSync(join(www, 'replaced'), join(www, 'sub/below'))
  chmodSync(join(www, 'b'), 0o666)
  unlinkSync(join(www, 'link'))
  symlinkSync('/etc/passwd', join(www, 'link'))
  mkdirSync(join(www, 'sub/more'))
  writeFileSync(join(www, 'sub/more/file'), 'x')
  utimesSync(www, 7, 7)
  const expected = ['attributes b', 'changed link', 'changed sub/below', 'missing a', 'unexpected sub/more']
  const told = [...expected.map(line => line.replace(' ', ' generations/test/g1/'))].sort()
  expect(await generations(false)).toEqual(told)
  expect(await generations(true)).toEqual(told)
  expect(await generations(true)).toEqual([])
  expect(look()).toBe(before)
  expect(readlinkSync(www)).toBe(target)
})

test('a damaged copy with other attributes is made again from its object', async () => {
  const before = look()
  const copy = store.layout.variant(idOf('content'), 0o600, 1_000_000)
  writeFileSync(copy, 'contEnt')
  expect(readFileSync(join(www, 'b'), 'utf8')).toBe('contEnt')
  const findings: Finding[] = []
  for await (const finding of store.scrub().objects(Buffer.alloc(0), () => {}, options)) findings.push(finding)
  expect(findings).toEqual([{ what: 'rotten', path: copy, copyOf: idOf('content') }])
  expect(store.loseCopy(idOf('content'), copy, 'rotten')).toBe(true)
  await store.scrub().relink(new Set([idOf('content')]))
  expect(look()).toBe(before)
  expect(await objects()).toEqual([])
})

test('damaged objects are told by what is wrong with them, and replaced at all their places when they are there again', async () => {
  const before = look()
  await store.generations.prepareSpare(record, www)
  const path = store.layout.object(idOf('below'))
  writeFileSync(path, 'belOw')
  expect(await objects()).toEqual([`rotten ${path.slice(directory.length + 1)}`])
  writeFileSync(path, 'below and more')
  expect(await objects()).toEqual([`truncated ${path.slice(directory.length + 1)}`])
  await store.lose([idOf('below')], 'truncated')
  expect(store.objects.has(idOf('below'))).toBe(false)
  expect(await objects()).toEqual([])
  const ingest = store.ingest()
  await ingest.addBytes(idOf('below'), Buffer.from('below'))
  await ingest.commit()
  await store.scrub().relink(new Set([idOf('below')]))
  expect(look()).toBe(before)
  for (const generation of ['g1', 'g2']) {
    const place = join(directory, 'generations/test', generation, 'sub/below')
    expect(lstatSync(place).ino).toBe(lstatSync(path).ino)
  }
})

test('the blob without bytes is made again by itself', async () => {
  const path = store.layout.object(objectIdOf(Buffer.alloc(0)))
  writeFileSync(path, 'not empty')
  await store.lose([objectIdOf(Buffer.alloc(0))], 'truncated')
  await store.scrub().relink(new Set([objectIdOf(Buffer.alloc(0))]))
  expect(readFileSync(join(www, 'empty'), 'utf8')).toBe('')
  expect(await objects()).toEqual([])
})
