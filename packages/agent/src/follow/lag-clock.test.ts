import { expect, test } from 'vitest'
import { LagClock } from './lag-clock.ts'

const at = (seconds: number) => new Date(1_800_000_000_000 + seconds * 1000)
const record = (serial: number, created: number) => ({ serial, created: at(created).toISOString() })

test('who serves the newest is not behind', () => {
  const clock = new LagClock()
  expect(clock.looked).toBeUndefined()
  clock.look(record(3, 0), 3, at(100))
  expect([clock.seconds(3, 3, at(500)), clock.looked]).toEqual([0, at(100)])
})

test('the lag counts from the first snapshot that was missed, and then from the next', () => {
  const clock = new LagClock()
  clock.look(record(4, 10), 3, at(20))
  expect(clock.seconds(4, 3, at(70))).toBe(60)
  clock.look(record(5, 50), 3, at(60))
  clock.look(record(5, 50), 3, at(65))
  expect(clock.seconds(5, 3, at(70))).toBe(60)
  // 4 is served by now, 5 is not
  expect(clock.seconds(5, 4, at(70))).toBe(20)
  expect(clock.seconds(5, 5, at(71))).toBe(0)
  clock.look(record(6, 90), 5, at(100))
  expect(clock.seconds(6, 5, at(100))).toBe(10)
})

test('a channel that was moved back counts from when that was seen', () => {
  const clock = new LagClock()
  clock.look(record(2, -100_000), 5, at(30))
  expect(clock.seconds(2, 5, at(40))).toBe(10)
})

test('a clock that is behind gives no lag of the future', () => {
  const clock = new LagClock()
  clock.look(record(2, 1000), 1, at(0))
  expect([clock.seconds(2, 1, at(0)), clock.seconds(2, 1, at(5))]).toEqual([0, 5])
})
