import { expect, test } from 'vitest'
import { parseAddress } from '../address/address.ts'
import { AnnounceInterval } from './announce-interval.ts'
import { TokenBuckets } from './token-buckets.ts'

const address = (text: string) => parseAddress(text) ?? expect.fail(text)

test('a bucket empties, fills again, and belongs to a whole network of IPv6', () => {
  const buckets = new TokenBuckets({ perSecond: 2, burst: 4 })
  const take = (text: string, now: number) => buckets.take(address(text), now)
  expect(Array.from({ length: 6 }, () => take('2001:db8::1', 1000)).filter(Boolean)).toHaveLength(4)
  expect(take('2001:db8::ffff:1', 1000)).toBe(false)
  expect(take('2001:db8:0:1::1', 1000)).toBe(true)
  expect([take('2001:db8::2', 2000), take('2001:db8::2', 2000), take('2001:db8::2', 2000)]).toEqual([true, true, false])
  // A clock that is set back does not give anything away, and takes nothing.
  expect(take('2001:db8::2', 1000)).toBe(false)
  expect(take('2001:db8::2', 4000)).toBe(true)
})

test('peers are asked to come less often as load grows, and never all after the same time', () => {
  const interval = new AnnounceInterval({ baseSeconds: 120, busyPerSecond: 100 })
  expect([interval.seconds(0), interval.seconds(0.5), interval.seconds(0.999)]).toEqual([108, 120, 132])
  expect(interval.minimumSeconds).toBe(5)
  for (let k = 0; k < 30; k += 1) interval.observe(2000, 5)
  expect(interval.perSecond).toBeCloseTo(400, 0)
  expect(interval.seconds(0.5)).toBe(480)
  expect(interval.minimumSeconds).toBe(20)
  for (let k = 0; k < 30; k += 1) interval.observe(1e9, 5)
  expect(interval.seconds(0.5)).toBe(1800)
})
