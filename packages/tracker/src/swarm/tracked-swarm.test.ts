import { expect, test } from 'vitest'
import { parseAddress } from '../address/address.ts'
import { seedersOf, TrackedSwarm } from './tracked-swarm.ts'

const limits = { maxPeersPerSwarm: 100_000, maxPeersPerAddress: 64 }

function announcement(address: string, left: number, wanted = 50, event: 'update' | 'paused' = 'update') {
  const parsed = parseAddress(address)
  if (parsed === undefined) throw new Error(address)
  const counters = { uploaded: 0, downloaded: 0 }
  return { infoHash: '', address: parsed, port: 1, event, left, wanted, ...counters }
}

function swarmOf(seeders: number, leechers: number): TrackedSwarm {
  const swarm = new TrackedSwarm('', { completed: 0, uploaded: 0, downloaded: 0 }, limits, 1)
  for (let k = 0; k < seeders + leechers; k += 1) {
    swarm.announce(announcement(`10.1.${k >> 8}.${k & 255}`, k < seeders ? 0 : 1), 10, true)
  }
  return swarm
}

test.each([
  // wanted, seeders, leechers: seeders of the answer
  [50, 1000, 1000, 25],
  [50, 1, 1000, 1],
  [50, 1000, 1, 49],
  [50, 20, 20_000, 12],
  [50, 20_000, 20, 38],
  [50, 10, 5, 10],
  [1, 1, 0, 1],
  [1, 0, 1, 0],
  [0, 5, 5, 0],
])(
  'of %d peers, out of %d seeders and %d leechers, a leecher gets %d seeders',
  (wanted, seeders, leechers, expected) => {
    expect(seedersOf(wanted, seeders, leechers)).toBe(expected)
  },
)

test('each peer of a big swarm is found about as often as every other', () => {
  const swarm = swarmOf(300, 300)
  const times = new Map<string, number>()
  for (let k = 0; k < 2400; k += 1) {
    const { ipv4 } = swarm.choose(announcement('10.9.9.9', 1), Math.random)
    for (let at = 0; at < ipv4.length; at += 6) {
      const name = ipv4.subarray(at, at + 6).join('.')
      times.set(name, (times.get(name) ?? 0) + 1)
    }
  }
  // 200 each on average
  expect(times.size).toBe(600)
  expect(Math.min(...times.values())).toBeGreaterThan(100)
  expect(Math.max(...times.values())).toBeLessThan(300)
})

test('a seeder gets leechers only, of both families of addresses', () => {
  const swarm = swarmOf(5, 3)
  swarm.announce(announcement('2001:db8::1', 1), 10, true)
  swarm.announce(announcement('2001:db8::2', 0), 10, true)
  const { ipv4, ipv6 } = swarm.choose(announcement('10.9.9.9', 0), Math.random)
  expect([ipv4.length / 6, ipv6.length / 18]).toEqual([3, 1])
  expect(swarm.choose(announcement('2001:db8::9', 0, 1), Math.random).ipv4).toHaveLength(0)
})

test('a partial seed is counted as such while it says so, gets leechers only, and is told to leechers only', () => {
  const swarm = swarmOf(2, 3)
  const partial = (event: 'update' | 'paused') => announcement('10.2.0.1', 7, 50, event)
  const counts = () => [swarm.seeders, swarm.partialSeeds, swarm.leechers]
  const found = (asker: ReturnType<typeof announcement>) => swarm.choose(asker, Math.random).ipv4.length / 6
  swarm.announce(partial('update'), 10, true)
  expect(counts()).toEqual([2, 0, 4])
  swarm.announce(partial('paused'), 10, true)
  expect(counts()).toEqual([2, 1, 3])
  expect([found(partial('paused')), found(announcement('10.1.0.0', 0)), found(announcement('10.1.0.2', 1))]).toEqual([
    3, 3, 5,
  ])
  swarm.announce(partial('update'), 10, true)
  expect(counts()).toEqual([2, 0, 4])
  swarm.announce(partial('paused'), 10, true)
  swarm.expire(11)
  expect(counts()).toEqual([0, 0, 0])
})
