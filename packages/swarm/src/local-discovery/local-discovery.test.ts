import { packOf } from '@repocast/packs/testing'
import { afterEach, expect, test } from 'vitest'
import { allPieces, Loopback, noise, noisePack, until } from '../loopback.ts'
import { MemoryStorage } from '../memory-storage.ts'

const loopback = new Loopback()
afterEach(() => loopback.close())

/** A port of the group for each test, so that they do not hear each other, nor anybody else. */
let groupPort = 20_000 + (process.pid % 20_000)

test('peers of one network find each other without tracker, whoever comes first', async () => {
  const [one, two] = [await noisePack(4, 1), await noisePack(4, 2)]
  const options = { localDiscovery: { groupPort: ++groupPort } }
  const first = await loopback.swarm(options)
  first.add({ pack: one.pack, storage: new MemoryStorage(one.pack, one.content), trackers: [] })
  const wantsTwo = first.add({ pack: two.pack, storage: new MemoryStorage(two.pack), trackers: [] })
  wantsTwo.want(allPieces(two.pack))
  const second = await loopback.swarm(options)
  second.add({ pack: two.pack, storage: new MemoryStorage(two.pack, two.content), trackers: [] })
  const wantsOne = second.add({ pack: one.pack, storage: new MemoryStorage(one.pack), trackers: [] })
  wantsOne.want(allPieces(one.pack))
  await wantsOne.done(allPieces(one.pack))
  await wantsTwo.done(allPieces(two.pack))
})

test('private packs are neither told of nor found, and without the option nobody listens', async () => {
  const content = noise(100_000)
  const { pack: secret } = await packOf({ a: content }, { private: true, pieceLength: 32_768 })
  const open = await noisePack(4)
  const options = { localDiscovery: { groupPort: ++groupPort } }
  const [seeder, agent, other] = [await loopback.swarm(options), await loopback.swarm(options), await loopback.swarm()]
  seeder.add({ pack: secret, storage: new MemoryStorage(secret), trackers: [] }).want([0])
  seeder.add({ pack: open.pack, storage: new MemoryStorage(open.pack, open.content), trackers: [] })
  const here = agent.add({ pack: secret, storage: new MemoryStorage(secret), trackers: [] })
  here.want([0])
  const without = other.add({ pack: open.pack, storage: new MemoryStorage(open.pack), trackers: [] })
  without.want([0])
  // it knows that the others have been told when it has found what is not private
  const found = agent.add({ pack: open.pack, storage: new MemoryStorage(open.pack), trackers: [] })
  found.want([0])
  await found.done([0])
  await until(() => seeder.status().peers > 0)
  expect([here.status().peers, without.status().peers]).toEqual([0, 0])
})
