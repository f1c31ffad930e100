import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chooseTarget } from './choose-target.ts'

test('a mirror follows what the feed says, unless the admin holds it', () => {
  const here = { served: 4, complete: [3, 4] }
  expect(chooseTarget({ ...here, newest: 6, held: undefined })).toBe(6)
  expect(chooseTarget({ ...here, newest: 6, held: 3 })).toBe(3)
  expect(chooseTarget({ ...here, newest: 6, held: 5 })).toBe(4)
  expect(chooseTarget({ ...here, newest: 6, held: 6 })).toBe(6)
  expect(chooseTarget({ ...here, newest: 6, held: 2 })).toBe(4)
  // before the feed was reached
  expect(chooseTarget({ ...here, newest: undefined, held: 3 })).toBe(3)
})

test('a held repository never goes above the held serial, unless nothing lower is here', () => {
  const serial = fc.integer({ min: 1, max: 20 })
  fc.assert(
    fc.property(serial, serial, fc.uniqueArray(serial), serial, (newest, served, complete, held) => {
      const target = chooseTarget({ newest, served, complete, held })
      const lower = [newest, served, ...complete].filter(one => one <= held)
      expect([newest, served, ...complete]).toContain(target)
      if (lower.length > 0) expect(target).toBeLessThanOrEqual(held)
      else expect(target).toBe(served)
    }),
  )
})
