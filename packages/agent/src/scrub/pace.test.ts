import { expect, test } from 'vitest'
import { Pace } from './pace.ts'

function simulated(rate: number) {
  let now = 0
  const pause = async (ms: number) => {
    now += ms
  }
  return { pace: new Pace(rate, () => now, pause), now: () => now, pause }
}

test('what is read keeps to the rate, whatever the sizes', async () => {
  const { pace, now } = simulated(1_000_000)
  const { signal } = new AbortController()
  for (let k = 0; k < 1000; k += 1) await pace.spend(k % 10 === 0 ? 91_000 : 1000, signal)
  // 10 MB at 1 MB/s; the last one may begin when all before it are paid for
  expect(now()).toBeGreaterThan(9900)
  expect(now()).toBeLessThanOrEqual(10_000)
})

test('a rest is not made up for by a burst', async () => {
  const { pace, now, pause } = simulated(1_000_000)
  const { signal } = new AbortController()
  await pause(60_000)
  for (let k = 0; k < 5; k += 1) await pace.spend(1_000_000, signal)
  expect(now()).toBeGreaterThanOrEqual(64_000)
})
