import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chooseKept } from './choose-kept.ts'

const nothing = { complete: [], checkedOut: [], waiting: [], newest: undefined, held: undefined, pinned: [], keep: 1 }
const sorted = (serials: ReadonlySet<number>): number[] => [...serials].sort((a, b) => a - b)

test('the newest whole ones stay, and whatever somebody needs', () => {
  const complete = [1, 2, 3, 4, 5]
  expect(sorted(chooseKept({ ...nothing, complete, keep: 2 }))).toEqual([4, 5])
  expect(sorted(chooseKept({ ...nothing, complete, keep: 1, checkedOut: [3, 5] }))).toEqual([3, 5])
  expect(sorted(chooseKept({ ...nothing, complete, keep: 1, pinned: [1], held: 2 }))).toEqual([1, 2, 5])
  // what is being fetched, with what came of it
  expect(sorted(chooseKept({ ...nothing, complete, keep: 1, newest: 7 }))).toEqual([5, 7])
})

test('what is needed never goes, and not more stays', () => {
  const serials = fc.uniqueArray(fc.integer({ min: 1, max: 30 }))
  const serial = fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined })
  const keep = fc.integer({ min: 1, max: 5 })
  fc.assert(
    fc.property(
      serials,
      serials,
      serials,
      serials,
      serial,
      serial,
      keep,
      (complete, checkedOut, waiting, pinned, newest, held, count) => {
        const kept = chooseKept({ complete, checkedOut, waiting, pinned, newest, held, keep: count })
        const needed = [...checkedOut, ...waiting, ...pinned, newest, held].filter(one => one !== undefined)
        for (const one of needed) expect(kept.has(one)).toBe(true)
        const others = [...kept].filter(one => !needed.includes(one))
        expect(others.length).toBeLessThanOrEqual(count)
        for (const one of others) expect(complete).toContain(one)
      },
    ),
  )
})
