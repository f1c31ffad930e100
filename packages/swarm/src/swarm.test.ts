import { once } from 'node:events'
import { createServer } from 'node:net'
import { isRepocastError, silentLogger } from '@repocast/errors'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { addressOf, allPieces, Loopback, noisePack, until } from './loopback.ts'
import { MemoryStorage } from './memory-storage.ts'
import { Site } from './site.ts'

const loopback = new Loopback()
afterEach(async () => {
  vi.useRealTimers()
  await loopback.close()
})

describe('an agent', () => {
  test('gets a pack from the origin, byte by byte, and both count what moved', async () => {
    const { pack, content } = await noisePack(20)
    const [origin, agent] = [await loopback.swarm({ role: 'origin' }), await loopback.swarm()]
    origin.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
    const storage = new MemoryStorage(pack)
    const here = agent.add({ pack, storage, trackers: [] })
    const satisfied = once(agent, 'packSatisfied')
    here.want(allPieces(pack))
    await here.addPeer(addressOf(origin))
    await here.done(allPieces(pack))
    await satisfied
    expect(storage.content.equals(content)).toBe(true)
    expect(here.status()).toMatchObject({
      downloadedBytes: pack.bytes,
      fromOriginBytes: pack.bytes,
      fromMirrorsBytes: 0,
      wastedBytes: 0,
      missingBytes: 0,
      heldPieces: pack.pieceCount,
    })
    await until(() => origin.status().uploadedBytes === pack.bytes)
  })

  test('fetches the wanted pieces and no other', async () => {
    const { pack, content } = await noisePack(12)
    const [origin, agent] = [await loopback.swarm({ role: 'origin' }), await loopback.swarm()]
    origin.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
    const storage = new MemoryStorage(pack)
    const here = agent.add({ pack, storage, trackers: [] })
    here.want([2, 7])
    here.want([7])
    await here.addPeer(addressOf(origin))
    await here.done([2, 7])
    expect(allPieces(pack).filter(piece => storage.hasPiece(piece))).toEqual([2, 7])
    expect(here.status()).toMatchObject({ downloadedBytes: 2 * pack.pieceLength, missingPieces: 0 })
    here.want([11])
    await here.done([11])
    expect(here.status().downloadedBytes).toBe(2 * pack.pieceLength + pack.pieceBytes(11))
  })

  test('goes on after a restart with what its storage has', async () => {
    const { pack, content } = await noisePack(10)
    const [origin, agent] = [await loopback.swarm({ role: 'origin' }), await loopback.swarm()]
    origin.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
    const storage = new MemoryStorage(pack)
    for (const piece of [0, 4, 9]) {
      await storage.write(piece, content.subarray(piece * pack.pieceLength, (piece + 1) * pack.pieceLength))
    }
    const here = agent.add({ pack, storage, trackers: [] })
    here.want(allPieces(pack))
    await here.addPeer(addressOf(origin))
    await here.done(allPieces(pack))
    expect(storage.content.equals(content)).toBe(true)
    const had = [0, 4, 9].reduce((sum, piece) => sum + pack.pieceBytes(piece), 0)
    expect(here.status().downloadedBytes).toBe(pack.bytes - had)
  })

  test('takes from a mirror what a mirror has, and only the rest from the origin', async () => {
    const { pack, content } = await noisePack(16)
    const [origin, mirror, agent] = await Promise.all([
      loopback.swarm({ role: 'origin' }),
      loopback.swarm(),
      loopback.swarm(),
    ])
    origin.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
    const half = new MemoryStorage(pack)
    for (let piece = 0; piece < 8; piece += 1) {
      await half.write(piece, content.subarray(piece * pack.pieceLength, (piece + 1) * pack.pieceLength))
    }
    mirror.add({ pack, storage: half, trackers: [] })
    const here = agent.add({ pack, storage: new MemoryStorage(pack), trackers: [] })
    await here.addPeer(addressOf(mirror))
    await until(() => here.status().peers === 1)
    await here.addPeer(addressOf(origin))
    await until(() => here.status().peers === 2)
    await until(() => here.peers().some(peer => peer.role === 'origin' && peer.isSeeder))
    here.want(allPieces(pack))
    await here.done(allPieces(pack))
    // what the mirror has may be heard a moment after the origin was asked for the first piece
    expect(here.status().fromMirrorsBytes).toBeGreaterThanOrEqual(7 * pack.pieceLength)
    expect(here.status().fromOriginBytes).toBeLessThanOrEqual(pack.bytes - 7 * pack.pieceLength)
  })

  test('passes on what it has got: four agents take little more than one copy from a narrow origin', async () => {
    const { pack, content } = await noisePack(60)
    const origin = await loopback.swarm({ role: 'origin', limits: { uploadRate: 2_000_000 } })
    origin.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
    const agents = await Promise.all(Array.from({ length: 4 }, () => loopback.swarm()))
    const storages = agents.map(() => new MemoryStorage(pack))
    const packs = agents.map((agent, k) =>
      agent.add({ pack, storage: storages[k] ?? new MemoryStorage(pack), trackers: [] }),
    )
    for (const [k, here] of packs.entries()) {
      here.want(allPieces(pack))
      await here.addPeer(addressOf(origin))
      for (const other of agents.slice(0, k)) await here.addPeer(addressOf(other))
    }
    await Promise.all(packs.map(here => here.done(allPieces(pack))))
    for (const storage of storages) expect(storage.content.equals(content)).toBe(true)
    expect(origin.status().uploadedBytes).toBeLessThan(2 * pack.bytes)
  })
})

describe('agents of one site', () => {
  test('fetch about one copy from outside, and the rest from each other', async () => {
    const { pack, content } = await noisePack(80)
    const outside = await loopback.swarm({ limits: { uploadRate: 3_000_000 } })
    outside.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
    const agents = await Promise.all(Array.from({ length: 4 }, () => loopback.swarm({ site: new Site('fra') })))
    const packs = agents.map(agent => agent.add({ pack, storage: new MemoryStorage(pack), trackers: [] }))
    for (const [k, here] of packs.entries())
      for (const other of agents.slice(0, k)) await here.addPeer(addressOf(other))
    await until(() => packs.every(here => here.status().peers === 3))
    for (const here of packs) {
      here.want(allPieces(pack))
      await here.addPeer(addressOf(outside))
    }
    await Promise.all(packs.map(here => here.done(allPieces(pack))))
    expect(outside.status().uploadedBytes).toBeLessThan(1.6 * pack.bytes)
  })
})

test('an urgent pack comes first', async () => {
  const [usual, urgent] = [await noisePack(250, 1), await noisePack(250, 2)]
  const origin = await loopback.swarm({ limits: { uploadRate: 4_000_000 } })
  const agent = await loopback.swarm()
  const opened = [usual, urgent].map(({ pack, content }) => {
    origin.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
    return agent.add({ pack, storage: new MemoryStorage(pack), trackers: [], isUrgent: pack === urgent.pack })
  })
  for (const here of opened) {
    here.want(allPieces(usual.pack))
    await here.addPeer(addressOf(origin))
  }
  const [first, second] = opened
  await second?.done(allPieces(urgent.pack))
  expect(first?.status().missingPieces).toBeGreaterThan(80)
  await until(() => (first?.status().missingPieces ?? 0) < 50) // it goes on
})

test('a download limit holds for all packs together', async () => {
  const { pack, content } = await noisePack(60)
  const origin = await loopback.swarm({ role: 'origin' })
  origin.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
  let now = 0
  const agent = await loopback.swarm({ limits: { downloadRate: 1_000_000 }, clock: { now: () => now } })
  const here = agent.add({ pack, storage: new MemoryStorage(pack), trackers: [] })
  here.want(allPieces(pack))
  await here.addPeer(addressOf(origin))
  await until(() => here.status().seeders === 1)
  await new Promise(resolve => setTimeout(resolve, 200))
  expect(here.status().downloadedBytes).toBe(0) // the clock stands still
  const ticking = setInterval(() => {
    now += 100
  }, 5)
  await here.done(allPieces(pack))
  clearInterval(ticking)
  expect(now).toBeGreaterThan(0.95 * (pack.bytes / 1000))
})

describe('a pack that lacks nothing', () => {
  test('is closed until a peer asks for it, and closed again when the last peer has left', async () => {
    const { pack, content } = await noisePack(4)
    const origin = await loopback.swarm({ role: 'origin', limits: { idlePackSeconds: 0 } })
    const there = origin.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
    expect(there.status()).toMatchObject({ isOpen: false, peers: 0 })
    for (let round = 0; round < 2; round += 1) {
      const agent = await loopback.swarm()
      const here = agent.add({ pack, storage: new MemoryStorage(pack), trackers: [] })
      here.want(allPieces(pack))
      await here.addPeer(addressOf(origin))
      await here.done(allPieces(pack))
      await agent.close()
      await until(() => !there.status().isOpen)
    }
  })

  test('does not stay connected to another one', async () => {
    const { pack, content } = await noisePack(4)
    const [a, b] = [await loopback.swarm(), await loopback.swarm()]
    a.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
    const here = b.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
    const lost = once(b, 'peerLost')
    await here.addPeer(addressOf(a))
    await lost
    await until(() => here.status().peers === 0)
  })
})

describe('connections', () => {
  test('to ourselves are closed and not tried again', async () => {
    const { pack } = await noisePack(4)
    const refused: { peer?: string }[] = []
    const debug = (fields: object) => refused.push(fields)
    // webtorrent itself passes over its own port at 127.0.0.1
    const agent = await loopback.swarm({ bindAddress: '127.0.0.2', logger: { ...silentLogger, debug } })
    const here = agent.add({ pack, storage: new MemoryStorage(pack), trackers: [] })
    const ownAddress = `127.0.0.2:${agent.port}`
    await here.addPeer(ownAddress)
    const calls = () => refused.filter(({ peer }) => peer === ownAddress).length
    await until(() => calls() > 0)
    await here.addPeer(ownAddress)
    expect([calls(), here.status().peers]).toEqual([1, 0])
  })

  test.each(['one', 'both'])('that %s of two peers opens end up as one in each direction', async who => {
    const { pack, content } = await noisePack(4)
    const [a, b] = [await loopback.swarm(), await loopback.swarm()]
    const hereA = a.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
    const hereB = b.add({ pack, storage: new MemoryStorage(pack), trackers: [] })
    hereB.want([0])
    const connections = () => [hereA.peers(), hereB.peers()].map(peers => peers.map(peer => peer.isIncoming).sort())
    await Promise.all([hereA.addPeer(addressOf(b)), who === 'both' && hereB.addPeer(addressOf(a))])
    await until(() => connections().every(ofOne => ofOne.length === 2))
    expect(connections()).toEqual([
      [false, true],
      [false, true],
    ])
    expect([hereA.status().peers, hereB.status().peers]).toEqual([1, 1])
  })

  test('are one for each peer as soon as there are many', async () => {
    const { pack, content } = await noisePack(4)
    const seeder = await loopback.swarm()
    const here = seeder.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
    const join = async () => {
      const agent = await loopback.swarm()
      const there = agent.add({ pack, storage: new MemoryStorage(pack), trackers: [] })
      there.want([0])
      await there.addPeer(addressOf(seeder))
      return there
    }
    for (let k = 0; k < 8; k += 1) await join()
    await until(() => here.peers().length === 16)
    const last = await join()
    await until(() => here.peers().length === 9 && last.peers().length === 1)
    expect(here.status().peers).toBe(9)
  })

  test('count each peer once, however many packs it is connected about', async () => {
    const [a, b] = [await loopback.swarm(), await loopback.swarm()]
    for (const { pack, content } of [await noisePack(4), await noisePack(5)]) {
      a.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
      const here = b.add({ pack, storage: new MemoryStorage(pack), trackers: [] })
      here.want([0])
      await here.addPeer(addressOf(a))
    }
    await until(() => new Set(b.peers().map(({ infoHash }) => infoHash)).size === 2)
    expect(b.status().peers).toBe(1)
  })

  test('are made to peers that a peer names, without any tracker', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const { pack, content } = await noisePack(4)
    const [origin, a, b] = [await loopback.swarm({ role: 'origin' }), await loopback.swarm(), await loopback.swarm()]
    origin.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
    const [hereA, hereB] = [a, b].map(swarm => swarm.add({ pack, storage: new MemoryStorage(pack), trackers: [] }))
    await hereA?.addPeer(addressOf(origin))
    await hereB?.addPeer(addressOf(origin))
    await until(() => origin.status().peers === 2)
    await until(() => origin.peers().every(({ address }) => [addressOf(a), addressOf(b)].includes(address)))
    vi.advanceTimersByTime(66_000)
    vi.useRealTimers()
    await until(() => hereA?.peers().some(({ address }) => address === addressOf(b)) ?? false)
  })

  test('beyond the limit are not kept', async () => {
    const { pack, content } = await noisePack(4)
    const refused: object[] = []
    const debug = (fields: object) => refused.push(fields)
    const logger = { ...silentLogger, debug }
    const origin = await loopback.swarm({ role: 'origin', maxConnections: 1, logger })
    origin.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
    const first = (await loopback.swarm()).add({ pack, storage: new MemoryStorage(pack), trackers: [] })
    await first.addPeer(addressOf(origin))
    await until(() => first.status().peers === 1)
    const second = (await loopback.swarm()).add({ pack, storage: new MemoryStorage(pack), trackers: [] })
    await second.addPeer(addressOf(origin))
    await until(() => refused.length > 0)
    expect(refused[0]).toMatchObject({ why: 'full' })
    expect(origin.status().peers).toBe(1)
  })
})

describe('the life of a swarm', () => {
  test('a port that is in use is told with a code', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const peerPort = typeof address === 'object' && address ? address.port : 0
    const error = await loopback.swarm({ peerPort }).catch((reason: unknown) => reason)
    expect(isRepocastError(error, 'REPOCAST_SWARM_PORT_UNAVAILABLE')).toBe(true)
    server.close()
  })

  test('waiting ends with a code when the pack is removed, or with the reason of the signal', async () => {
    const { pack } = await noisePack(4)
    const agent = await loopback.swarm()
    const here = agent.add({ pack, storage: new MemoryStorage(pack), trackers: [] })
    here.want([1])
    const abort = new AbortController()
    const aborted = here.done([1], { signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')
    const waiting = here.done([1])
    const [removed] = await Promise.all([waiting.catch((error: unknown) => error), here.remove()])
    expect(isRepocastError(removed, 'REPOCAST_SWARM_CLOSED')).toBe(true)
    expect(() => here.want([2])).toThrow('not in the swarm any more')
    agent.add({ pack, storage: new MemoryStorage(pack), trackers: [] })
  })

  test('a pack is in it once', async () => {
    const { pack } = await noisePack(4)
    const agent = await loopback.swarm()
    const shared = { pack, storage: new MemoryStorage(pack), trackers: [] }
    agent.add(shared)
    expect(() => agent.add(shared)).toThrow('shared already')
  })

  test('pieces that came by other ways are not fetched, and are served', async () => {
    const { pack, content } = await noisePack(6)
    const [agent, other] = [await loopback.swarm(), await loopback.swarm()]
    const storage = new MemoryStorage(pack)
    const here = agent.add({ pack, storage, trackers: [] })
    here.want([3])
    const done = here.done([3])
    await storage.write(3, content.subarray(3 * pack.pieceLength, 4 * pack.pieceLength))
    await here.refresh()
    await done
    const there = other.add({ pack, storage: new MemoryStorage(pack), trackers: [] })
    there.want([3])
    await there.addPeer(addressOf(agent))
    await there.done([3])
    expect(here.status().downloadedBytes).toBe(0)
  })
})
