import { expect, test } from 'vitest'
import { untilRoundMs } from './scrubber.ts'

test('a round begins so long after the last one, but not after one that a wrong clock put into the future', () => {
  const now = Date.parse('2026-11-21T00:00:00Z')
  expect(untilRoundMs(now, 60, now)).toBe(60_000)
  expect(untilRoundMs(now - 59_000, 60, now)).toBe(1000)
  expect(untilRoundMs(now - 61_000, 60, now)).toBe(0)
  expect(untilRoundMs(0, 60, now)).toBe(0)
  expect(untilRoundMs(now + 400 * 86_400_000, 60, now)).toBe(0)
})
