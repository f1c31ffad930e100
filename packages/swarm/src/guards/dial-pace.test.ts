import { expect, test } from 'vitest'
import { DialPace } from './dial-pace.ts'

test('a few connections are opened at once, the others one after the other', () => {
  let now = 0
  const pace = new DialPace({ now: () => now })
  const dialled: number[] = []
  for (let k = 0; k < 300; k += 1) pace.dial(() => dialled.push(k))
  expect(dialled).toHaveLength(64)
  const each: number[] = []
  for (let second = 0; second < 5; second += 1) {
    const before = dialled.length
    for (const end = now + 1000; now < end; ) {
      now += 200
      pace.tick()
    }
    each.push(dialled.length - before)
  }
  expect(each).toEqual([64, 64, 64, 44, 0])
  expect(dialled).toEqual(Array.from({ length: 300 }, (_, k) => k))
})
