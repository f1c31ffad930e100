import { afterEach, expect, test } from 'vitest'
import { addressOf, allPieces, Loopback, noisePack, until } from './loopback.ts'
import { MemoryStorage } from './memory-storage.ts'
import type { SwarmPack } from './swarm-pack.ts'

const loopback = new Loopback()
const ends: (() => void)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) end()
  await loopback.close()
})

/** The limiter's clock, which goes on as this process does, so that a busy machine counts on both sides. */
function steadyClock() {
  let now = 0
  const timer = setInterval(() => {
    now += 5
  }, 5)
  ends.push(() => clearInterval(timer))
  return { now: () => now }
}

/** Bytes by second of `clock`, from when some have come until enough have. */
async function rateOf(here: SwarmPack, clock: { now(): number }, bytes: number): Promise<number> {
  const moved = () => here.status().downloadedBytes
  const atNextMove = async () => {
    const before = moved()
    await until(() => moved() > before)
    return { bytes: moved(), at: clock.now() }
  }
  await until(() => moved() > 200_000)
  const first = await atNextMove()
  await until(() => moved() > first.bytes + bytes)
  const last = await atNextMove()
  return ((last.bytes - first.bytes) / (last.at - first.at)) * 1000
}

const limit = 1_500_000

test.each([
  ['upload', { uploadRate: limit }, {}],
  ['download', {}, { downloadRate: limit }],
])('an %s limit holds to 5 %% for bytes that move', async (_, giverLimits, takerLimits) => {
  const { pack, content } = await noisePack(200)
  const clock = steadyClock()
  const giver = await loopback.swarm({ limits: giverLimits, clock })
  giver.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
  const taker = await loopback.swarm({ limits: takerLimits, clock })
  const here = taker.add({ pack, storage: new MemoryStorage(pack), trackers: [] })
  here.want(allPieces(pack))
  await here.addPeer(addressOf(giver))
  const share = (await rateOf(here, clock, 4_500_000)) / limit
  expect(share).toBeGreaterThan(0.95)
  expect(share).toBeLessThan(1.05)
})

test('a group has a limit of its own within the limit for all, and both change while bytes move', async () => {
  const clock = steadyClock()
  const [giver, taker] = [await loopback.swarm({ clock }), await loopback.swarm({ clock })]
  const slow = { uploadRate: 0, downloadRate: 500_000 }
  taker.limit({ uploadRate: 0, downloadRate: 2_000_000, groups: new Map([['slow', slow]]) })
  const packs: SwarmPack[] = []
  for (const [seed, group] of ['slow', 'fast', undefined].entries()) {
    const { pack, content } = await noisePack(260, seed + 1)
    giver.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
    const here = taker.add({ pack, storage: new MemoryStorage(pack), trackers: [], group })
    here.want(allPieces(pack))
    await here.addPeer(addressOf(giver))
    packs.push(here)
  }
  const [held] = packs as [SwarmPack]
  const all = { status: () => taker.status() } as unknown as SwarmPack
  const [ofGroup, ofAll] = await Promise.all([rateOf(held, clock, 800_000), rateOf(all, clock, 4_000_000)])
  expect(ofGroup / 500_000).toBeGreaterThan(0.9)
  expect(ofGroup / 500_000).toBeLessThan(1.05)
  expect(Math.abs(ofAll / 2_000_000 - 1)).toBeLessThan(0.05)
  taker.limit({ uploadRate: 0, downloadRate: 1_000_000 })
  const after = await rateOf(all, clock, 1_500_000)
  expect(after / 1_000_000).toBeLessThan(1.05)
})
