import { expect, test } from 'vitest'
import { Rate } from './rate.ts'

test('a steady stream is told as what it is, and forgotten within seconds when it ends', () => {
  const rate = new Rate(0)
  for (let now = 250; now <= 10_000; now += 250) {
    rate.add(250_000)
    rate.update(now)
  }
  expect(rate.bytesPerSecond).toBeCloseTo(1_000_000, -4)
  for (let now = 10_250; now <= 40_000; now += 250) rate.update(now)
  expect(rate.bytesPerSecond).toBe(0)
})

test('a clock that stands still or goes back changes nothing', () => {
  const rate = new Rate(1000)
  rate.add(5)
  expect(rate.update(1000)).toBe(0)
  expect(rate.update(500)).toBe(0)
  expect(rate.update(2000)).toBeGreaterThan(0)
})
