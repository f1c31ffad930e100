import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ObjectId, objectIdOf } from './id.ts'
import { MemoryTrees } from './memory-trees.ts'
import { compareNames, decodeName, encodeName, whyUnsafeLink, whyUnsafeName } from './name.ts'
import type { TreeEntry } from './tree.ts'
import { buildTree } from './tree-builder.ts'
import { decodeTree } from './tree-codec.ts'
import { diffTrees, newObjects } from './tree-difference.ts'
import { findEntry } from './tree-find.ts'
import { listTree, walkTree, walkTreeObjects } from './tree-walk.ts'

const name = fc
  .uint8Array({ minLength: 1, maxLength: 12 })
  .map(decodeName)
  .filter(text => whyUnsafeName(text) === undefined)
const mode = fc.integer({ min: 0, max: 0o7777 })
const mtime = fc.integer({ min: -(2 ** 31), max: 2 ** 32 })
const id = fc.nat(40).map(seed => objectIdOf(Buffer.from(`content ${seed}`)))
const file = fc.record({ type: fc.constant('f' as const), name, mode, mtime, size: fc.nat(), id })
const link = fc.record({ type: fc.constant('l' as const), name, mtime, target: name })
const listing = fc
  .uniqueArray(fc.oneof(file, link), { selector: entry => encodeName(entry.name).toString('hex'), maxLength: 20 })
  .map(entries => entries.sort((a, b) => compareNames(a.name, b.name)))

/** A directory: its own entries and its sub-directories. */
interface Shape {
  readonly entries: readonly TreeEntry[]
  readonly below: readonly Shape[]
}
const shapeOver = (below: fc.Arbitrary<Shape[]>): fc.Arbitrary<Shape> => fc.record({ entries: listing, below })
const leaf = shapeOver(fc.constant([]))
const shape = shapeOver(fc.array(shapeOver(fc.array(leaf, { maxLength: 2 })), { maxLength: 3 }))

function store(trees: MemoryTrees, { entries, below }: Shape): ObjectId {
  const directories = below.map((sub, k): TreeEntry => {
    const tree = store(trees, sub)
    return { type: 'd', name: `dir-${k}`, mode: 0o755, mtime: 1, size: trees.size(tree), id: tree }
  })
  const files = entries.filter(entry => !directories.some(directory => directory.name === entry.name))
  return trees.add([...files, ...directories].sort((a, b) => compareNames(a.name, b.name)))
}

const ref = (trees: MemoryTrees, id: ObjectId) => ({ id, size: trees.size(id) })

async function objectsOf(trees: MemoryTrees, root: ObjectId): Promise<Set<ObjectId>> {
  const objects = new Set<ObjectId>()
  for await (const { id } of walkTreeObjects(trees.read, ref(trees, root))) objects.add(id)
  for await (const { entry } of walkTree(trees.read, root)) if (entry.type === 'f') objects.add(entry.id)
  return objects
}

async function contentOf(trees: MemoryTrees, root: ObjectId): Promise<Map<string, string>> {
  const content = new Map<string, string>()
  for await (const { path, entry } of walkTree(trees.read, root)) content.set(path, JSON.stringify(entry))
  return content
}

describe('names', () => {
  test('any bytes survive the way to a string and back', () => {
    fc.assert(fc.property(fc.uint8Array(), bytes => Buffer.compare(encodeName(decodeName(bytes)), bytes) === 0))
  })
  test('their order is the order of their bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        expect(Math.sign(compareNames(decodeName(a), decodeName(b)))).toBe(Math.sign(Buffer.compare(a, b)))
      }),
    )
    const text = fc.string({ unit: 'grapheme', maxLength: 3 })
    fc.assert(
      fc.property(text, text, (a, b) => {
        const order = Buffer.compare(Buffer.from(a), Buffer.from(b))
        expect(Math.sign(compareNames(a, b))).toBe(Math.sign(order))
      }),
    )
  })
  test('a name of any bytes but NUL and slash is safe up to 255 of them', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 }).filter(all => !all.includes(0) && !all.includes(47))
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }).filter(name => !/[\0/]/.test(name))
    fc.assert(
      fc.property(fc.oneof(bytes.map(decodeName), text), name => {
        fc.pre(name !== '.' && name !== '..')
        expect(whyUnsafeName(name) === undefined).toBe(encodeName(name).length <= 255)
      }),
    )
  })

  test('a link that is accepted never climbs above the top, whatever it passes through', () => {
    const parts = fc.array(fc.constantFrom('..', '.', 'a', 'b', ''), { maxLength: 6 })
    fc.assert(
      fc.property(fc.nat(4), parts, (depth, target) => {
        const directory = Array.from({ length: depth }, (_, k) => `d${k}`).join('/')
        if (whyUnsafeLink(directory, target.join('/')) !== undefined) return
        expect(target.filter(part => part === '..').length).toBeLessThanOrEqual(depth)
        expect(target.join('/').startsWith('/')).toBe(false)
      }),
    )
  })
})

describe('trees', () => {
  test('a listing reads back as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(listing, async entries => {
        const trees = new MemoryTrees()
        const read: TreeEntry[] = []
        for await (const entry of listTree(trees.read, trees.add(entries))) read.push(entry)
        expect(read).toEqual(entries)
      }),
    )
  })

  test('garbage never decodes to a tree with other bytes', () => {
    fc.assert(
      fc.property(listing, fc.nat(), fc.nat(255), (entries, at, byte) => {
        const bytes = Buffer.from(buildTree(entries).trees.at(-1)?.bytes ?? '')
        bytes[at % bytes.length] = byte
        try {
          const decoded = decodeTree(bytes)
          expect(
            buildTree(decoded.entries ?? [])
              .trees.at(-1)
              ?.bytes.equals(bytes),
          ).toBe(true)
        } catch (error) {
          expect(error).toHaveProperty('code')
        }
      }),
    )
  })

  test('the difference of two trees turns one into the other and names no path twice in one direction', async () => {
    await fc.assert(
      fc.asyncProperty(shape, shape, async (a, b) => {
        const trees = new MemoryTrees()
        const [before, after] = [store(trees, a), store(trees, b)]
        const content = await contentOf(trees, before)
        for await (const change of diffTrees(trees.read, before, after)) {
          expect(JSON.stringify(change.before)).toBe(content.get(change.path))
          if (change.after) content.set(change.path, JSON.stringify(change.after))
          else content.delete(change.path)
        }
        expect(new Map([...content].sort())).toEqual(new Map([...(await contentOf(trees, after))].sort()))
      }),
      { numRuns: 60 },
    )
  })

  test('the new objects of a tree and those of the tree before make up the tree', async () => {
    await fc.assert(
      fc.asyncProperty(shape, shape, async (a, b) => {
        const trees = new MemoryTrees()
        const [before, after] = [store(trees, a), store(trees, b)]
        const objects = await objectsOf(trees, after)
        const [known, added] = [await objectsOf(trees, before), new Set<ObjectId>()]
        for await (const { id, kind, path } of newObjects(trees.read, before, ref(trees, after))) {
          expect(objects.has(id)).toBe(true)
          if (kind === 'blob') expect((await contentOf(trees, after)).has(path)).toBe(true)
          added.add(id)
        }
        for (const id of objects) expect(known.has(id) || added.has(id)).toBe(true)
        if (before === after) expect(added.size).toBe(0)
      }),
      { numRuns: 60 },
    )
  })

  test('a changed file in a long directory makes few new tree bytes and reads few segments', async () => {
    const trees = new MemoryTrees()
    const entries = Array.from({ length: 20_000 }, (_, k): TreeEntry => {
      const id = objectIdOf(Buffer.from(`blob ${k}`))
      return { type: 'f', name: `package-${String(k).padStart(6, '0')}.rpm`, mode: 0o644, mtime: k, size: k, id }
    })
    const before = trees.add(entries)
    const known = trees.bytes
    const added: TreeEntry = {
      type: 'f',
      name: 'package-010000a.rpm',
      mode: 0o644,
      mtime: 1,
      size: 1,
      id: objectIdOf(Buffer.from('new')),
    }
    const after = trees.add([...entries, added].sort((a, b) => compareNames(a.name, b.name)))
    expect(trees.bytes - known).toBeLessThan(0.05 * known)
    trees.reads = 0
    const changes = []
    for await (const change of diffTrees(trees.read, before, after)) changes.push(change.path)
    expect(changes).toEqual([added.name])
    expect(trees.reads).toBeLessThan(8)
    trees.reads = 0
    const objects = []
    for await (const { kind } of newObjects(trees.read, before, ref(trees, after))) objects.push(kind)
    expect(objects.filter(kind => kind === 'blob')).toHaveLength(1)
    expect(objects.length).toBeLessThan(6)
    expect(trees.reads).toBeLessThan(12)
  })
})

describe('finding an entry', () => {
  test('gives what a walk meets at the path, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(shape, fc.array(name, { maxLength: 3 }), async (made, other) => {
        const trees = new MemoryTrees()
        const root = store(trees, made)
        const all = new Map<string, TreeEntry>()
        for await (const { path, entry } of walkTree(trees.read, root)) all.set(path, entry)
        for (const path of [...all.keys(), other.join('/')]) {
          expect(await findEntry(trees.read, root, path.split('/'))).toEqual(all.get(path))
        }
      }),
      { numRuns: 50 },
    )
  })

  test('reads few objects of a directory that is cut into segments', async () => {
    const trees = new MemoryTrees()
    const entry = (k: number): TreeEntry => ({
      type: 'l',
      name: String(k).padStart(6, '0'),
      mtime: 0,
      target: 'x',
    })
    const root = trees.add(Array.from({ length: 20_000 }, (_, k) => entry(k)))
    for (const k of [0, 1, 4999, 12_345, 19_999]) {
      trees.reads = 0
      expect(await findEntry(trees.read, root, [entry(k).name])).toEqual(entry(k))
      expect(trees.reads).toBeLessThan(12)
    }
    expect(await findEntry(trees.read, root, ['0000000'])).toBeUndefined()
    expect(await findEntry(trees.read, root, ['zzz'])).toBeUndefined()
  })
})
