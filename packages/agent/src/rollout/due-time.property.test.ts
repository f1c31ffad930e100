import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dueTime } from './due-time.ts'

const seconds = fc.integer({ min: 0, max: 1_000_000 })
const time = fc.integer({ min: 0, max: 2 ** 44 })
const snapshot = fc.record({
  repository: fc.constantFrom('debian', 'fedora'),
  serial: fc.integer({ min: 1, max: 1000 }),
  published: time,
  learned: time,
})
const policy = fc.record({ delaySeconds: seconds, jitterSeconds: seconds, mirror: fc.string() })

test('a snapshot waits for the delay and no longer than the jitter more, from when it was published or learned of', () => {
  fc.assert(
    fc.property(policy, snapshot, fc.boolean(), (delay, one, isPromoted) => {
      const due = dueTime(delay, one, isPromoted)
      const begin = isPromoted ? one.learned : Math.min(one.learned, one.published)
      expect(due).toBeGreaterThanOrEqual(begin + delay.delaySeconds * 1000)
      expect(due).toBeLessThanOrEqual(begin + (delay.delaySeconds + delay.jitterSeconds) * 1000)
      expect(dueTime(delay, one, isPromoted)).toBe(due)
    }),
  )
})

test('without jitter mirrors swap together, whenever they were told after it was published', () => {
  const due = (mirror: string, learned: number): number =>
    dueTime(
      { delaySeconds: 60, jitterSeconds: 0, mirror },
      { repository: 'debian', serial: 7, published: 1000, learned },
      false,
    )
  expect(due('a', 5000)).toBe(due('b', 900_000))
})

test('jitter spreads mirrors', () => {
  const one = { repository: 'debian', serial: 7, published: 0, learned: 0 }
  const times = Array.from({ length: 100 }, (_, k) =>
    dueTime({ delaySeconds: 0, jitterSeconds: 100, mirror: `mirror ${k}` }, one, false),
  )
  expect(new Set(times).size).toBeGreaterThan(90)
  expect(Math.min(...times)).toBeLessThan(20_000)
  expect(Math.max(...times)).toBeGreaterThan(80_000)
})
