import fc from 'fast-check'
import { expect, test } from 'vitest'
import { objectIdOf } from './id.ts'
import { MemoryTrees } from './memory-trees.ts'
import { compareNames } from './name.ts'
import type { TreeEntry } from './tree.ts'
import { buildTree } from './tree-builder.ts'
import { editListing, emptyTreeId } from './tree-edit.ts'

const id = objectIdOf(Buffer.from('content'))
const entry = (k: number, version = 0): TreeEntry => ({
  ...{ type: 'f', name: `package-${k}`, mode: 0o644, mtime: version, size: k },
  id,
})
const listed = (names: Iterable<number>): TreeEntry[] =>
  [...new Set(names)].map(k => entry(k)).sort((a, b) => compareNames(a.name, b.name))

/** Sizes around the limits of listings and segments, and runs of names that go or come. */
const numbers = fc
  .tuple(fc.constantFrom(0, 20, 250, 256, 257, 400, 1000), fc.nat(100))
  .map(([length, from]) => Array.from({ length }, (_, k) => from + k))
const change = fc.oneof(
  fc.record({ kind: fc.constant('remove' as const), from: fc.nat(1100), length: fc.constantFrom(1, 40, 900) }),
  fc.record({ kind: fc.constant('put' as const), from: fc.nat(1400), length: fc.constantFrom(1, 1, 300) }),
)

test('an edited listing is the same as one that is made of all entries, and all its objects are there', async () => {
  await fc.assert(
    fc.asyncProperty(numbers, fc.array(change, { maxLength: 4 }), async (before, changes) => {
      const trees = new MemoryTrees()
      const root = trees.add(listed(before))
      const after = new Map(listed(before).map(one => [one.name, one]))
      const edits = new Map<string, TreeEntry | undefined>()
      for (const { kind, from, length } of changes) {
        for (let k = from; k < from + length; k += 1) {
          const { name } = entry(k)
          edits.set(name, kind === 'put' ? entry(k, 1) : undefined)
          if (kind === 'put') after.set(name, entry(k, 1))
          else after.delete(name)
        }
      }
      const made = new Set()
      const edited = await editListing(trees.read, root, edits, ({ id }) => made.add(id))
      const whole = buildTree([...after.values()].sort((a, b) => compareNames(a.name, b.name)))
      expect(edited.id).toBe(whole.id)
      expect(edited.id === emptyTreeId).toBe(after.size === 0)
      const old = new Set((await trees.read(root)).segments?.map(({ id }) => id))
      for (const { id } of whole.trees) expect(made.has(id) || old.has(id) || id === root).toBe(true)
      const segments = whole.trees.slice(0, -1).map(({ id }) => id)
      expect(edited.segments.map(({ id }) => id)).toEqual(segments)
    }),
    { numRuns: 60 },
  )
})

test('few segments of a long listing are read and made', async () => {
  const trees = new MemoryTrees()
  const root = trees.add(listed(Array.from({ length: 20_000 }, (_, k) => k)))
  trees.reads = 0
  let made = 0
  const edits = new Map<string, TreeEntry | undefined>([
    ['package-12345', entry(12_345, 1)],
    ['package-777', undefined],
    ['package-7777777', entry(7_777_777)],
  ])
  await editListing(trees.read, root, edits, () => {
    made += 1
  })
  expect(trees.reads).toBeLessThan(40)
  expect(made).toBeLessThan(8)
})
