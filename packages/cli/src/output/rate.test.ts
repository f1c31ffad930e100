import { expect, test } from 'vitest'
import { RateEstimate } from './rate.ts'

test('the rate is that of the last seconds, and tells the time left', () => {
  const estimate = new RateEstimate(10)
  expect(estimate.rate).toBe(0)
  expect(estimate.secondsLeft(100)).toBeUndefined()
  estimate.add(0, 0)
  estimate.add(10, 100)
  expect(estimate.rate).toBe(10)
  expect(estimate.secondsLeft(150)).toBe(5)
  for (let second = 11; second <= 30; second += 1) estimate.add(second, 100 + (second - 10) * 50)
  expect(estimate.rate).toBe(50)
})
