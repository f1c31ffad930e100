import fc from 'fast-check'
import { expect, test } from 'vitest'
import { orderFor } from './choose.ts'

const candidate = fc.record({
  area: fc.constantFrom('de', 'jp', undefined),
  weight: fc.double({ min: 0.001, max: 1e12, noNaN: true }),
})

test('every mirror is named once, those of the area of the client first', () => {
  fc.assert(
    fc.property(
      fc.array(candidate),
      fc.infiniteStream(fc.double({ min: 0, max: 1 - 1e-9, noNaN: true })),
      (list, random) => {
        const order = orderFor(list, 'de', () => random.next().value)
        expect(new Set(order)).toEqual(new Set(list))
        expect(order).toHaveLength(list.length)
        const firstFar = order.findIndex(({ area }) => area !== 'de')
        if (firstFar >= 0) expect(order.slice(firstFar).every(({ area }) => area !== 'de')).toBe(true)
      },
    ),
  )
})

test('one with three times the weight is first three times as often', () => {
  // numbers spread evenly over the square, so that the count is exact but for the grid
  const steps = 200
  let first = 0
  for (let a = 0; a < steps; a += 1) {
    for (let b = 0; b < steps; b += 1) {
      const numbers = [(a + 0.5) / steps, (b + 0.5) / steps]
      const [best] = orderFor([{ weight: 1 }, { weight: 3 }], undefined, () => numbers.shift() ?? 0)
      if (best?.weight === 3) first += 1
    }
  }
  expect(first / steps ** 2).toBeCloseTo(0.75, 1)
})
