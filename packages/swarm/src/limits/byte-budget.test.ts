import { expect, test } from 'vitest'
import { ByteBudget } from './byte-budget.ts'

/** Bytes that are let through in `seconds` of blocks that are taken whenever that is possible. */
function spent(bytesPerSecond: number, seconds: number): number {
  let now = 0
  const budget = new ByteBudget(bytesPerSecond, { now: () => now })
  let bytes = 0
  for (; now < seconds * 1000; now += 1) {
    while (budget.isOpen && bytes < 1e10) {
      budget.take(16_384)
      bytes += 16_384
      if (bytesPerSecond === 0) return bytes
    }
  }
  return bytes
}

test.each([10_000, 125_000, 1_000_000, 50_000_000])('%i bytes per second are kept to', rate => {
  expect(spent(rate, 20) / 20 / rate).toBeGreaterThan(0.95)
  expect(spent(rate, 20) / 20 / rate).toBeLessThan(rate < 100_000 ? 1.3 : 1.05)
})

test('0 is without limit', () => {
  expect(spent(0, 1)).toBe(16_384)
})

test('who waits is let through in turn', async () => {
  let now = 0
  const budget = new ByteBudget(100_000, { now: () => now })
  budget.take(100_000)
  const order: string[] = []
  const waitFor = (name: string) => {
    budget.wait(() => {
      order.push(name)
      budget.take(16_384)
    })
  }
  for (const name of ['a', 'b', 'c']) waitFor(name)
  now = 900
  await expect.poll(() => order).toEqual(['a', 'b'])
  now = 2000
  await expect.poll(() => order).toEqual(['a', 'b', 'c'])
})

test('spending waits for its turn among all others', async () => {
  let now = 0
  const budget = new ByteBudget(100_000, { now: () => now })
  budget.take(100_000)
  const spent: number[] = []
  const spending = [20_000, 30_000].map(async bytes => {
    await budget.spend(bytes)
    spent.push(bytes)
  })
  now = 600
  await expect.poll(() => spent).toEqual([])
  now = 700
  await expect.poll(() => spent).toEqual([20_000])
  now = 2000
  await Promise.all(spending)
  expect(spent).toEqual([20_000, 30_000])
})

test('a new rate holds at once', () => {
  let now = 0
  const budget = new ByteBudget(1000, { now: () => now })
  budget.take(100_000)
  expect(budget.isOpen).toBe(false)
  budget.bytesPerSecond = 1_000_000
  now = 200
  expect(budget.isOpen).toBe(true)
})
