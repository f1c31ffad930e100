import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chooseSnapshots, type DatedSnapshot, type Keep } from './choose-snapshots.ts'

const now = new Date('2026-11-21T12:00:00Z')
const daysAgo = (days: number): string => new Date(now.getTime() - days * 86_400_000).toISOString()
const history = (...ages: readonly number[]) => ages.map((age, k) => ({ serial: k + 1, created: daysAgo(age) }))
const chosen = (snapshots: readonly DatedSnapshot[], keep: Keep, named: readonly number[] = []) =>
  [...chooseSnapshots(snapshots, keep, new Set(named), now)].sort((a, b) => a - b)

test('either rule keeps a snapshot, and a name keeps it, too', () => {
  const snapshots = history(30, 20, 10, 5, 1)
  expect(chosen(snapshots, { snapshots: 2, days: 0 })).toEqual([4, 5])
  expect(chosen(snapshots, { snapshots: 1, days: 15 })).toEqual([3, 4, 5])
  expect(chosen(snapshots, { snapshots: 1, days: 0 }, [1])).toEqual([1, 5])
})

test('the newest always stays, however old it is', () => {
  expect(chosen(history(900, 800), { snapshots: 1, days: 0 })).toEqual([2])
  expect(chosen([], { snapshots: 3, days: 3 })).toEqual([])
})

test('keeping more never lets go of what less would keep', () => {
  const snapshots = fc.uniqueArray(fc.record({ serial: fc.integer({ min: 1, max: 50 }), age: fc.nat(40) }), {
    selector: ({ serial }) => serial,
  })
  fc.assert(
    fc.property(snapshots, fc.nat(20), fc.nat(40), fc.nat(5), fc.nat(5), (given, count, days, moreCount, moreDays) => {
      const dated = given.map(({ serial, age }) => ({ serial, created: daysAgo(age) }))
      const less = chosen(dated, { snapshots: count, days })
      const more = chosen(dated, { snapshots: count + moreCount, days: days + moreDays })
      expect(more).toEqual(expect.arrayContaining(less))
      expect(less.length).toBeGreaterThanOrEqual(Math.min(dated.length, Math.max(1, count)))
      expect(less.at(-1)).toBe(dated.length === 0 ? undefined : Math.max(...dated.map(({ serial }) => serial)))
    }),
  )
})
