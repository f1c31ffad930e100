import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@repocast/errors'
import { HashPool } from '@repocast/files'
import {
  buildTree,
  type ObjectId,
  objectIdOf,
  parseRepositoryName,
  type SnapshotRecord,
  type TreeEntry,
} from '@repocast/objects'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openStore, type Store } from '../index.ts'
import { kill } from '../testing/killed-disk.ts'

vi.mock('node:fs', async importOriginal => {
  const { killable } = await import('../testing/killed-disk.ts')
  return killable(await importOriginal())
})

const repository = parseRepositoryName('test')
const hashPool = new HashPool({ threads: 1 })
let directory: string
let www: string
let store: Store

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'repocast-kept-'))
  www = join(directory, 'www/test')
})
afterAll(async () => {
  await hashPool.close()
  spawnSync('rm', ['-rf', directory])
})

async function open(): Promise<void> {
  store = await openStore({ directory, logger: silentLogger, hashPool })
}

/** Texts by path. */
type Files = ReadonlyMap<string, string>

async function addTree(files: Files): Promise<{ id: ObjectId; size: number }> {
  const ingest = store.ingest()
  const put = async (id: ObjectId, bytes: Uint8Array) => {
    if (!ingest.has(id)) await ingest.addBytes(id, bytes)
  }
  const add = async (inside: Files): Promise<{ id: ObjectId; size: number }> => {
    const entries: TreeEntry[] = []
    for (const name of new Set([...inside.keys()].map(path => path.split('/')[0] ?? ''))) {
      const bytes = Buffer.from(inside.get(name) ?? '')
      const below = new Map([...inside].flatMap(([path, text]) => entryBelow(name, path, text)))
      if (below.size > 0) entries.push({ type: 'd', name, mode: 0o755, mtime: 6, ...(await add(below)) })
      else entries.push({ type: 'f', name, mode: 0o644, mtime: 5, size: bytes.length, id: objectIdOf(bytes) })
      if (below.size === 0) await put(objectIdOf(bytes), bytes)
    }
    const { id, trees } = buildTree(entries.sort((a, b) => (a.name < b.name ? -1 : 1)))
    for (const tree of trees) await put(tree.id, tree.bytes)
    return { id, size: trees.at(-1)?.bytes.length ?? 0 }
  }
  const root = await add(files)
  await ingest.commit()
  return root
}

function entryBelow(name: string, path: string, text: string): [string, string][] {
  return path.startsWith(`${name}/`) ? [[path.slice(name.length + 1), text]] : []
}

async function snapshot(serial: number, files: Files): Promise<SnapshotRecord> {
  return {
    repository,
    kind: 'plain',
    serial,
    created: '2026-11-20T00:00:00Z',
    root: { ...(await addTree(files)), mode: 0o755, mtime: 8 },
    counts: { files: 0, links: 0, directories: 0 },
    bytes: 0,
    packs: [],
    findings: [],
  }
}

const list = (format: string, ...type: string[]): string[] =>
  spawnSync('find', ['.', '-mindepth', '1', ...type, '-printf', format], { cwd: join(www, '.'), encoding: 'utf8' })
    .stdout.split('\n')
    .filter(line => line !== '')
    .sort()

/** The texts of all files that are served. */
function served(): Map<string, string> {
  return new Map(list('%P\n', '-type', 'f').map(path => [path, readFileSync(join(www, path), 'utf8')]))
}

/** Names, types and attributes of all that is served, and those of the top. */
function attributes(): string[] {
  const top = spawnSync('stat', ['-L', '-c', '. d %a %Y', www], { encoding: 'utf8' }).stdout.trim()
  return [top, ...list('%P %y %m %T@\n').map(line => line.replace(/\.0+$/, ''))].sort()
}

/** The same of a snapshot. */
function attributesOf(files: Files): string[] {
  const found = new Set(['. d 755 8'])
  for (const path of files.keys()) {
    found.add(`${path} f 644 5`)
    const parts = path.split('/')
    for (let k = 1; k < parts.length; k += 1) found.add(`${parts.slice(0, k).join('/')} d 755 6`)
  }
  return [...found].sort()
}

interface Kept {
  readonly text: string
  readonly removed: number
}

/** What has to be kept besides `next`, which takes the place of `last`. */
function keptBeside(next: Files, last: Files, kept: ReadonlyMap<string, Kept>, now: number): Map<string, Kept> {
  const candidates = new Map([...kept].filter(([, { removed }]) => removed > now - seconds))
  for (const [path, text] of last) if (!next.has(path)) candidates.set(path, { text, removed: now })
  for (const path of candidates.keys()) {
    const isTaken = [...next.keys()].some(
      other => other === path || path.startsWith(`${other}/`) || other.startsWith(`${path}/`),
    )
    if (isTaken) candidates.delete(path)
  }
  // What was a file before and a directory later cannot be both.
  for (const path of [...candidates.keys()])
    for (const [other, { removed }] of candidates)
      if (other.startsWith(`${path}/`) && removed >= (candidates.get(path)?.removed ?? 0)) candidates.delete(path)
      else if (other.startsWith(`${path}/`)) candidates.delete(other)
  return candidates
}

const seconds = 100
const name = fc.constantFrom('a', 'b', 'c')
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map(parts => parts.join('/'))
const files = fc.array(fc.tuple(path, fc.constantFrom('x', 'y')), { minLength: 1, maxLength: 8 }).map(pairs => {
  const found = new Map<string, string>()
  for (const [one, text] of pairs)
    if (![...found.keys()].some(other => one.startsWith(`${other}/`) || other.startsWith(`${one}/`)))
      found.set(one, text)
  return found
})
const steps = fc.array(
  fc.record({
    files,
    afterSeconds: fc.nat(60),
    /** Kills the update at so many changes of the disk, and makes it again. */
    killedAt: fc.option(fc.nat(40), { nil: undefined }),
    dropsAfter: fc.option(fc.nat(120), { nil: undefined }),
  }),
  { minLength: 2, maxLength: 5 },
)

test('a mirror serves its snapshot exactly, and besides it only what was removed a short time ago', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async script => {
      spawnSync('sh', ['-c', `rm -rf "${directory}"/*`])
      await open()
      let [now, last, kept] = [1000, new Map<string, string>() as Files, new Map<string, Kept>()]
      for (const [k, { files: next, afterSeconds, killedAt, dropsAfter }] of script.entries()) {
        now += afterSeconds
        const record = await snapshot(k + 1, next)
        const build = async () => await store.generations.build(record, www, { keepRemoved: { seconds, now } })
        if (killedAt !== undefined && k > 0) {
          const before = [served(), attributes()]
          kill.calls = 0
          kill.after = killedAt
          await build().catch(() => {})
          kill.after = undefined
          expect([served(), attributes()]).toEqual(before)
          await store.close()
          await open()
        }
        await store.generations.swap(await build(), www)
        kept = k === 0 ? kept : keptBeside(next, last, kept, now)
        last = next
        expect(served()).toEqual(new Map([...next, ...[...kept].map(([one, { text }]) => [one, text] as const)].sort()))
        expect(attributes()).toEqual(expect.arrayContaining(attributesOf(next)))
        await store.generations.prune(repository, www)
        // Whoever looks for damage finds none, and mends nothing.
        const { signal } = new AbortController()
        for await (const found of store.scrub().generations({ pace: async () => {}, signal, isMended: true }))
          expect.fail(`${found.what} ${found.path}`)
        if (dropsAfter === undefined) continue
        now += dropsAfter
        await store.generations.dropKept(repository, { seconds, now })
        for (const [one, { removed }] of kept) if (removed <= now - seconds) kept.delete(one)
        expect([...served().keys()]).toEqual([...next.keys(), ...kept.keys()].sort())
        expect(attributes()).toEqual(expect.arrayContaining(attributesOf(next)))
      }
      await store.generations.dropKept(repository, { seconds: 0, now })
      expect(attributes()).toEqual(attributesOf(last))
      await store.close()
    }),
    { numRuns: 8 },
  )
}, 120_000)

test('objects of files that are kept stay, so that nothing crosses the network again when they come back', async () => {
  spawnSync('sh', ['-c', `rm -rf "${directory}"/*`])
  await open()
  const [first, second] = [await snapshot(1, new Map([['a', 'x']])), await snapshot(2, new Map([['b', 'y']]))]
  for (const record of [first, second])
    await store.generations.swap(
      await store.generations.build(record, www, { keepRemoved: { seconds, now: 1000 } }),
      www,
    )
  const hasObject = (text: string): boolean => existsSync(store.layout.object(objectIdOf(Buffer.from(text))))
  // No pack holds any of them.
  await store.collect()
  expect([hasObject('x'), hasObject('y')]).toEqual([true, false])
  expect(await store.generations.dropKept(repository, { seconds, now: 1100 })).toBe(1)
  await store.collect()
  expect(hasObject('x')).toBe(false)
  await store.close()
})

test('a kept file that was damaged goes, since nobody may have it any more', async () => {
  spawnSync('sh', ['-c', `rm -rf "${directory}"/*`])
  await open()
  const first = await snapshot(
    1,
    new Map([
      ['a', 'x'],
      ['d/b', 'y'],
      ['c', 'z'],
    ]),
  )
  const second = await snapshot(2, new Map([['c', 'z']]))
  const grace = { seconds, now: 1000 }
  for (const record of [first, second])
    await store.generations.swap(await store.generations.build(record, www, { keepRemoved: grace }), www)
  await store.lose([objectIdOf(Buffer.from('x'))], 'rotten')
  expect(await store.generations.dropKept(repository, grace)).toBe(1)
  expect([...served().keys()]).toEqual(['c', 'd/b'])
  await store.close()
})
