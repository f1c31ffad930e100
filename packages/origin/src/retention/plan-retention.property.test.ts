import { type InfoHash, objectIdOf, parseInfoHash, parseRepositoryName, type SnapshotRecord } from '@repocast/objects'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { planRetention } from './plan-retention.ts'

const packId = (pack: number): InfoHash => parseInfoHash(pack.toString(16).padStart(40, '0'))

const recordOf = (name: string, serial: number, packs: readonly number[]): SnapshotRecord => ({
  repository: parseRepositoryName(name),
  kind: 'plain',
  serial,
  created: '2026-11-01T00:00:00Z',
  root: { id: objectIdOf(Buffer.from('')), size: 1, mode: 0o755, mtime: 0 },
  counts: { files: 0, links: 0, directories: 0 },
  bytes: 0,
  packs: packs.map(pack => ({
    infoHash: packId(pack),
    torrentId: objectIdOf(Buffer.from(`${pack}`)),
    torrentBytes: 1,
    bytes: 1,
    objects: 1,
  })),
  findings: [],
})

const rules = { namedOf: () => new Set<number>(), now: new Date('2026-11-21T00:00:00Z') }

test('a pack leaves with the last snapshot that names it, of whatever repository', () => {
  const published = [recordOf('a', 1, [1, 2]), recordOf('a', 2, [2, 3]), recordOf('b', 7, [3]), recordOf('a', 3, [4])]
  const keepOf = () => ({ snapshots: 1, days: 0 })
  const { staying, leaving, leavingPacks } = planRetention(published, { ...rules, keepOf })
  expect(staying.map(({ serial }) => serial)).toEqual([7, 3])
  expect(leaving.map(({ serial }) => serial)).toEqual([1, 2])
  expect(leavingPacks).toEqual([packId(1), packId(2)])
})

test('each repository has its own rule', () => {
  const published = [1, 2, 3].flatMap(serial => [recordOf('a', serial, []), recordOf('b', serial, [])])
  const keepOf = (repository: string) => ({ snapshots: repository === 'a' ? 1 : 2, days: 0 })
  expect(planRetention(published, { ...rules, keepOf }).staying.map(one => `${one.repository} ${one.serial}`)).toEqual([
    'b 2',
    'a 3',
    'b 3',
  ])
})

test('what a staying snapshot needs never leaves, and nothing else stays', () => {
  const histories = fc.array(
    fc.record({ name: fc.constantFrom('a', 'b', 'c'), packs: fc.uniqueArray(fc.nat(20), { maxLength: 6 }) }),
    { maxLength: 30 },
  )
  fc.assert(
    fc.property(histories, fc.integer({ min: 1, max: 4 }), (given, snapshots) => {
      const published = given.map(({ name, packs }, k) => recordOf(name, k + 1, packs))
      const plan = planRetention(published, { ...rules, keepOf: () => ({ snapshots, days: 0 }) })
      const needed = new Set(plan.staying.flatMap(({ packs }) => packs.map(({ infoHash }) => infoHash)))
      const all = new Set(published.flatMap(({ packs }) => packs.map(({ infoHash }) => infoHash)))
      expect(new Set([...needed, ...plan.leavingPacks])).toEqual(all)
      expect(plan.leavingPacks.some(pack => needed.has(pack))).toBe(false)
      expect(plan.staying.length + plan.leaving.length).toBe(published.length)
      for (const { repository } of published) {
        const own = published.filter(one => one.repository === repository)
        expect(plan.staying.filter(one => one.repository === repository)).toEqual(own.slice(-snapshots))
      }
    }),
  )
})
