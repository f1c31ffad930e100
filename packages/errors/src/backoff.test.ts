import { expect, test } from 'vitest'
import { backoff } from './backoff.ts'

test('waits double up to the longest, and chance takes up to half of them', () => {
  const bounds = { first: 2, most: 300 }
  const failures = [1, 2, 3, 8, 9, 2000]
  expect(failures.map(count => backoff(count, bounds, () => 1))).toEqual([2, 4, 8, 256, 300, 300])
  expect(failures.map(count => backoff(count, bounds, () => 0))).toEqual([1, 2, 4, 128, 150, 150])
})
