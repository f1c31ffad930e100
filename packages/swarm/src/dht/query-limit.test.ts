import { expect, test } from 'vitest'
import { QueryLimit } from './query-limit.ts'

test('one address has its share of what is answered in a second, and all have a bound', () => {
  const clock = { ms: 0, now: () => clock.ms }
  const limit = new QueryLimit(clock)
  const taken = (host: string) => Array.from({ length: 60 }, () => limit.take(host)).filter(Boolean).length
  expect(Array.from({ length: 12 }, (_, k) => taken(`10.0.0.${k}`))).toEqual([...Array(10).fill(50), 0, 0])
  clock.ms = 1000
  expect(taken('10.0.0.1')).toBe(50)
})
