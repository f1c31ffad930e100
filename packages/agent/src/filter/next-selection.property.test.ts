import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@repocast/errors'
import { HashPool } from '@repocast/files'
import {
  buildTree,
  compareNames,
  objectIdOf,
  parseRepositoryName,
  type RepositoryKind,
  type SnapshotRecord,
  type TreeEntry,
  walkTreeObjects,
} from '@repocast/objects'
import type { Filter } from '@repocast/repositories'
import { openStore, type Selection, type Store } from '@repocast/store'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { filterOf } from './configuration.ts'
import { makeSelection } from './make-selection.ts'

let directory: string
let store: Store
let other: Store
const hashPool = new HashPool({ threads: 1 })
const { signal } = new AbortController()

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'repocast-next-selection-'))
  store = await open('one')
  other = await open('other')
})
afterEach(async () => {
  await store.close()
  await other.close()
  rmSync(directory, { recursive: true })
})

async function open(name: string): Promise<Store> {
  mkdirSync(join(directory, name))
  return await openStore({ directory: join(directory, name), logger: silentLogger, hashPool })
}

/** A file by its content, or a link by its target. */
type Leaf = number | string
type Leaves = ReadonlyMap<string, Leaf>

const folder = fc.constantFrom('', 'a/', 'a/b/', 'a/b/c/', 'd/', 'd/e/', 'os/', 'os/repodata/')
const leafName = fc.constantFrom('one.iso', 'two.txt', 'three.rpm', 'four', 'repomd.xml')
const link = fc.constantFrom('a', 'd/e', 'a/one.iso', 'd/two.txt', 'link-a', 'nothing', 'os', 'many/3.iso')
const leaf = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(
      fc.tuple(folder, leafName).map(parts => parts.join('')),
      fc.nat(1),
    ),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('link-a', 'link-b', 'e'), link) },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constantFrom('links/x', 'd/link'),
      link.map(target => `../${target}`),
    ),
  },
)
/** A directory that is one listing or several segments, of whose files one or some are otherwise. */
const many = fc.record({ length: fc.constantFrom(0, 0, 200, 450), other: fc.nat(450), from: fc.nat(450) })
const leaves = fc.tuple(fc.array(leaf, { maxLength: 14 }), many).map(([few, { length, other: changed, from }]) => {
  const all = new Map<string, Leaf>(few)
  for (let k = 0; k < length; k += 1) {
    const content = k === changed || (from > 350 && k > from) ? 1 : 0
    if (k !== from) all.set(`many/${k}.${k % 3 === 0 ? 'txt' : 'iso'}`, content)
  }
  return without(all)
})

/** Without files at whose paths there are directories. */
function without(all: Leaves): Leaves {
  const paths = [...all.keys()]
  return new Map([...all].filter(([path]) => !paths.some(longer => longer.startsWith(`${path}/`))))
}

const pattern = fc.constantFrom('*.iso', '*.txt', 'a/**', 'd/e', 'many/1*', 'four', '*.rpm', 'link-a', 'os')
const filters = fc
  .record({ include: fc.uniqueArray(pattern, { maxLength: 3 }), exclude: fc.uniqueArray(pattern, { maxLength: 3 }) })
  .map(({ include, exclude }) =>
    filterOf({ ...(include.length > 0 && { include }), ...(exclude.length > 0 && { exclude }) }),
  )
  .filter((filter): filter is Filter => filter !== undefined)

interface Published {
  readonly kind: RepositoryKind
  readonly repository: string
  readonly serial: number
  readonly all: Leaves
}

async function publish(into: Store, { kind, repository, serial, all }: Published): Promise<SnapshotRecord> {
  const ingest = into.ingest()
  const put = async (prefix: string) => {
    const entries = new Map<string, TreeEntry>()
    for (const [path, content] of all) {
      if (!path.startsWith(prefix)) continue
      const [name = '', ...below] = path.slice(prefix.length).split('/')
      if (below.length === 0) entries.set(name, entryOf(name, content))
      else if (!entries.has(name)) entries.set(name, { type: 'd', name, ...(await put(`${prefix}${name}/`)) })
    }
    const { id, trees } = buildTree([...entries.values()].sort((a, b) => compareNames(a.name, b.name)))
    for (const tree of trees) if (!ingest.has(tree.id)) await ingest.addBytes(tree.id, tree.bytes)
    return { id, size: trees.at(-1)?.bytes.length ?? 0, mode: 0o755, mtime: serial % 2 }
  }
  const root = await put('')
  await ingest.commit()
  const record: SnapshotRecord = {
    ...{ repository: parseRepositoryName(repository), kind, serial, created: '2026-11-20T00:00:00Z', root },
    ...{ counts: { files: 0, links: 0, directories: 0 }, bytes: 0, packs: [], findings: [] },
  }
  into.snapshots.add(record)
  return record
}

function entryOf(name: string, content: Leaf): TreeEntry {
  if (typeof content === 'string') return { type: 'l', name, mtime: 0, target: content }
  const id = objectIdOf(Buffer.from(`${name} ${content}`))
  return { type: 'f', name, mode: 0o644, mtime: 0, size: content, id }
}

async function make(into: Store, record: SnapshotRecord, filter: Filter): Promise<Selection> {
  return await makeSelection({ store: into, record, filter, fetch: async () => {}, signal })
}

/** What a selection hands on to the next. */
function handedOn(of: Store, { number }: Selection): unknown {
  const places = 'SELECT hex(object) AS object, places FROM selection_objects WHERE selection = ? AND places > 0'
  const state = 'SELECT state FROM selections WHERE number = ?'
  const parsed = JSON.parse(of.catalog.prepare<[number], { state: string }>(state).get(number)?.state ?? '')
  const { tally } = parsed
  const sorted = { ...tally, links: [...tally.links].sort(), leftOut: [...tally.leftOut].sort() }
  return { ...parsed, tally: sorted, places: of.catalog.prepare(places).all(number) }
}

let repositories = 0

test('a selection that is made from the one before is the same as one that is made of the whole snapshot', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<RepositoryKind>('plain', 'plain', 'yum', 'deb'),
      fc.array(leaves, { minLength: 2, maxLength: 4 }),
      filters,
      async (kind, snapshots, filter) => {
        repositories += 1
        const repository = `r${repositories}`
        let last: { readonly record: SnapshotRecord; readonly selection: Selection } | undefined
        for (const [k, all] of snapshots.entries()) {
          const record = await publish(store, { kind, repository, serial: k + 1, all })
          last = { record, selection: await make(store, record, filter) }
        }
        if (last === undefined) return
        const all = snapshots.at(-1) ?? new Map()
        const record = await publish(other, { kind, repository, serial: last.record.serial, all })
        const whole = await make(other, record, filter)
        expect({ ...last.selection, number: 0 }).toEqual({ ...whole, number: 0 })
        expect(handedOn(store, last.selection)).toEqual(handedOn(other, whole))
        const own = await objectsOf(last.record.root)
        for (const id of await objectsOf(whole.root)) {
          expect(own.has(id) || isHeld(last.selection, id)).toBe(true)
        }
      },
    ),
    { numRuns: 40 },
  )
})

async function objectsOf(root: Parameters<typeof walkTreeObjects>[1]): Promise<Set<string>> {
  const ids = new Set<string>()
  for await (const { id } of walkTreeObjects(store.objects.readTree, root)) ids.add(id)
  return ids
}

function isHeld({ number }: Selection, id: string): boolean {
  const row = 'SELECT 1 FROM selection_objects WHERE selection = ? AND object = ?'
  return store.catalog.prepare(row).get(number, Buffer.from(id, 'hex')) !== undefined
}

test('a change in a long listing costs few objects; a damaged selection before costs a whole one', async () => {
  const all = new Map<string, Leaf>(Array.from({ length: 5000 }, (_, k) => [`many/${k}.${k % 2 ? 'iso' : 'txt'}`, 0]))
  const filter = filterOf({ include: ['*.txt'] }) as Filter
  const of = { kind: 'plain', repository: 'long' } as const
  const first = await make(store, await publish(store, { ...of, serial: 1, all }), filter)
  const second = await publish(store, { ...of, serial: 2, all: new Map([...all, ['many/0.txt', 1]]) })
  const reading = vi.spyOn(store.objects, 'readTree')
  const made = await make(store, second, filter)
  expect(reading.mock.calls.length).toBeLessThan(30)
  reading.mockRestore()
  expect(made.counts).toEqual(first.counts)

  const { filtered } = handedOn(store, made) as { filtered: { id: typeof made.root.id } }
  await store.lose([filtered.id], 'rotten')
  const third = await publish(store, { ...of, serial: 3, all })
  const { root } = await make(store, third, filter)
  expect(root).toEqual((await make(other, await publish(other, { ...of, serial: 3, all }), filter)).root)
})
