import { describe, expect, test } from 'vitest'
import { type Budget, JointBudget } from './budget.ts'
import { ByteBudget } from './byte-budget.ts'

/** A budget with a clock that is set by hand. */
function budgetOf(bytesPerSecond: number) {
  const time = { now: 0 }
  return { time, budget: new ByteBudget(bytesPerSecond, { now: () => time.now }) }
}

/** Bytes that are let through until `untilMs`, of blocks that are taken whenever that is possible. */
function drain(budget: Budget, time: { now: number }, untilMs: number, stepMs = 1): number {
  let bytes = 0
  for (; time.now < untilMs; time.now += stepMs) {
    while (budget.isOpen && bytes < 1e10) {
      budget.take(16_384)
      bytes += 16_384
    }
  }
  return bytes
}

describe.each([100_000, 1_000_000, 50_000_000])('%i bytes per second', rate => {
  test.each([1, 10, 90])('are kept to within 5 %%, from the start, looked at each %i ms', stepMs => {
    const { budget, time } = budgetOf(rate)
    const seconds = 20
    const share = drain(budget, time, seconds * 1000, stepMs) / seconds / rate
    expect(share).toBeGreaterThan(0.95)
    expect(share).toBeLessThan(1.05)
  })

  test('leave no burst after an hour in which nothing moved', () => {
    const { budget, time } = budgetOf(rate)
    time.now = 3_600_000
    const inASecond = drain(budget, time, time.now + 1000)
    expect(inASecond).toBeLessThan(1.1 * rate + 2 * 16_384)
  })
})

test('a rate of less than a block in a second is exact in the long run', () => {
  const { budget, time } = budgetOf(5000)
  const seconds = 200
  expect(Math.abs(drain(budget, time, seconds * 1000) / seconds / 5000 - 1)).toBeLessThan(0.05)
})

test('0 is without limit', () => {
  const { budget } = budgetOf(0)
  budget.take(1e9)
  expect([budget.isOpen, budget.bytesLeft]).toEqual([true, Number.POSITIVE_INFINITY])
})

test('who waits is let through in turn', async () => {
  const { budget, time } = budgetOf(1_000_000)
  budget.take(1_000_000)
  const order: string[] = []
  for (const name of ['a', 'b', 'c']) {
    budget.wait(() => {
      order.push(name)
      budget.take(60_000)
    })
  }
  time.now = 1100
  await expect.poll(() => order).toEqual(['a', 'b'])
  time.now = 1200
  await expect.poll(() => order).toEqual(['a', 'b', 'c'])
})

test('spending waits for its turn among all others', async () => {
  const { budget, time } = budgetOf(100_000)
  budget.take(50_000)
  const spent: number[] = []
  const spending = [20_000, 30_000].map(async bytes => {
    await budget.spend(bytes)
    spent.push(bytes)
  })
  time.now = 400
  await expect.poll(() => spent).toEqual([])
  time.now = 510
  await expect.poll(() => spent).toEqual([20_000])
  time.now = 2000
  await Promise.all(spending)
  expect(spent).toEqual([20_000, 30_000])
})

test('a new rate holds at once, and what was overdrawn at a higher one is forgiven but for a second', () => {
  const { budget, time } = budgetOf(1000)
  budget.take(100_000)
  expect(budget.isOpen).toBe(false)
  budget.bytesPerSecond = 1_000_000
  time.now = 200
  expect(budget.isOpen).toBe(true)
  budget.take(10_000_000)
  budget.bytesPerSecond = 1000
  time.now = 1300
  expect(budget.isOpen).toBe(true)
})

test('what was taken and not spent is given back', () => {
  const { budget, time } = budgetOf(100_000)
  time.now = 1000
  const before = budget.bytesLeft
  budget.take(50_000)
  expect(budget.isOpen).toBe(false)
  budget.giveBack(50_000)
  expect(budget.bytesLeft).toBe(before)
})

test('joint budgets let through what the narrowest does, and spend of all', async () => {
  const time = { now: 0 }
  const clock = { now: () => time.now }
  const [own, total] = [new ByteBudget(200_000, clock), new ByteBudget(1_000_000, clock)]
  const joint = new JointBudget([own, total])
  expect(Math.abs(drain(joint, time, 10_000) / 2_000_000 - 1)).toBeLessThan(0.05)
  // the rest of the total is for others
  expect(drain(total, time, 20_000)).toBeGreaterThan(9_500_000)
  expect(joint.isOpen).toBe(false)
  let isCalled = false
  joint.wait(() => {
    isCalled = true
  })
  time.now += 1000
  await expect.poll(() => isCalled).toBe(true)
})
