import { type ObjectId, objectIdOf } from '@repocast/objects'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PackEntry, PackLimits } from './entry.ts'
import { inPackOrder } from './pack-order.ts'
import { planPacks } from './plan-packs.ts'

const KiB = 1024
const MiB = 1024 * KiB
const volatile = (path: string) => path.startsWith('repodata/') || path.startsWith('dists/')

function idOf(seed: string): ObjectId {
  return objectIdOf(Buffer.from(seed))
}

function blob(path: string, size = 1000): PackEntry {
  return { kind: 'blob', id: idOf(path), size, path }
}

function plan(entries: PackEntry[], limits: Partial<PackLimits> = {}) {
  return [...planPacks(inPackOrder(entries, volatile), limits)]
}

const pathsOf = (entries: readonly PackEntry[]) => entries.map(entry => (entry.kind === 'tree' ? 'tree' : entry.path))

describe('order', () => {
  test('trees come first, then what every snapshot replaces, then the pool by path', () => {
    const tree: PackEntry = { kind: 'tree', id: idOf('tree'), size: 10, path: 'zzz' }
    const [pack] = plan([blob('pool/b'), blob('repodata/x'), blob('pool/a'), tree, blob('dists/stable/Release')])
    expect(pathsOf(pack?.entries ?? [])).toEqual(['tree', 'dists/stable/Release', 'repodata/x', 'pool/a', 'pool/b'])
  })

  test('the same objects give the same plan in whatever order and however often they are named', () => {
    const entry = fc
      .record({ seed: fc.nat(30), path: fc.constantFrom('pool/a', 'pool/b', 'repodata/a', 'é'), tree: fc.boolean() })
      .map(({ seed, path, tree }): PackEntry => {
        return { kind: tree ? 'tree' : 'blob', id: idOf(`${seed}`), size: 100 + seed, path: `${path}${seed % 7}` }
      })
    fc.assert(
      fc.property(fc.array(entry), fc.infiniteStream(fc.nat()), (entries, random) => {
        const shuffled = [...entries, ...entries.slice(0, 3)]
          .map(value => ({ value, key: random.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ value }) => value)
        expect(plan(shuffled, { maxObjects: 4 })).toEqual(plan(entries, { maxObjects: 4 }))
      }),
    )
  })

  test('an object is packed once, under its first path', () => {
    const id = idOf('content')
    const [pack] = plan([
      { kind: 'blob', id, size: 5, path: 'pool/z' },
      { kind: 'blob', id, size: 5, path: 'pool/a' },
    ])
    expect(pack?.entries).toEqual([{ kind: 'blob', id, size: 5, path: 'pool/a' }])
    expect(pack?.bytes).toBe(5)
  })

  test('the empty blob is in no pack', () => {
    expect(plan([{ ...blob('empty'), size: 0 }])).toEqual([])
  })
})

describe('limits', () => {
  test('no plan exceeds them, unless a single object does', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 40 * MiB }), { maxLength: 60 })
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 99 }), (list, maxPieces, mib) => {
        const limits = { maxPieces, maxBytes: mib * MiB, maxObjects: 7 }
        const entries = list.map((size, k) => blob(`pool/${String(k).padStart(3, '0')}`, size))
        const plans = plan(entries, limits)
        expect(plans.flatMap(pack => pathsOf(pack.entries))).toEqual(entries.map(({ path }) => path))
        for (const { entries: packed, bytes, pieceLength } of plans) {
          expect(bytes).toBe(packed.reduce((sum, { size }) => sum + size, 0))
          if (packed.length === 1) continue
          expect(packed.length).toBeLessThanOrEqual(7)
          expect(bytes).toBeLessThanOrEqual(limits.maxBytes)
          expect(Math.ceil(bytes / pieceLength)).toBeLessThanOrEqual(maxPieces)
        }
      }),
    )
  })

  test('an object larger than a pack gets one of its own, with more pieces', () => {
    const plans = plan([blob('a', 10 * MiB), blob('b', 100 * MiB), blob('c', 10 * MiB)], { maxPieces: 4 })
    expect(plans.map(({ entries }) => pathsOf(entries))).toEqual([['a'], ['b'], ['c']])
    expect(plans[1]?.pieceLength).toBe(8 * MiB)
  })
})

test.each([
  [1, 64 * KiB],
  [9 * MiB, 64 * KiB],
  [20 * MiB, 64 * KiB],
  [40 * MiB, 128 * KiB],
  [200 * MiB, 256 * KiB],
  [300 * MiB, 512 * KiB],
  [2000 * MiB, 2 * MiB],
  [15 * 1024 * MiB, 8 * MiB],
  [100 * 1024 * MiB, 8 * MiB],
])('%i bytes are cut into pieces of %i', (bytes, pieceLength) => {
  expect(plan([blob('a', bytes)])[0]?.pieceLength).toBe(pieceLength)
})
