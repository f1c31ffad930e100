import { expect, test } from 'vitest'
import { Budgets } from './budgets.ts'
import { RampUp } from './ramp-up.ts'

test.each([
  ['a limit', 10_000_000],
  ['none', 0],
])('a transfer with %s begins slowly, grows steadily, and then goes at full rate', (_, limit) => {
  const ramp = new RampUp(10)
  const rates: number[] = []
  for (let now = 0; now < 10_200; now += 200) rates.push(ramp.rate(now, limit, now + 1))
  expect(rates[0]).toBe(262_144)
  const [rising, last] = [rates.slice(0, -1), rates.at(-1)]
  for (const [k, rate] of rising.entries()) if (k > 0) expect(rate / (rising[k - 1] ?? 0)).toBeLessThan(1.2)
  expect(rising.toSorted((a, b) => a - b)).toEqual(rising)
  expect(last).toBe(limit)
})

test('it begins anew after a rest, not in a pause', () => {
  const ramp = new RampUp(10)
  ramp.rate(0, 0, 1)
  ramp.rate(9000, 0, 2)
  expect(ramp.rate(18_000, 0, 3)).toBe(0)
  expect(ramp.rate(29_000, 0, 3)).toBe(262_144)
  expect(ramp.rate(29_200, 0, 4)).toBe(262_144)
  expect(ramp.rate(39_200, 0, 5)).toBe(0)
})

test('a limit below the first rate stays, and without a ramp there is only the limit', () => {
  expect(new RampUp(10).rate(0, 1000, 0)).toBe(1000)
  expect(new RampUp(0).rate(0, 1000, 0)).toBe(1000)
})

test('budgets go by the ramp, from the start on', () => {
  let now = 0
  const budgets = new Budgets({ uploadRate: 0, downloadRate: 0 }, { now: () => now }, 10)
  const { downloads } = budgets.of('a')
  let bytes = 0
  const inASecond = () => {
    const before = bytes
    for (const end = now + 1000; now < end; now += 10) {
      if (now % 200 === 0) budgets.tick(now)
      for (; downloads.isOpen && bytes - before < 1e9; bytes += 16_384) downloads.take(16_384)
    }
    return bytes - before
  }
  expect(inASecond()).toBeLessThan(600_000)
  expect(inASecond()).toBeLessThan(1_200_000)
  for (let k = 0; k < 9; k += 1) inASecond()
  expect(inASecond()).toBeGreaterThan(1e9)
})
