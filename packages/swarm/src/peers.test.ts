import { once } from 'node:events'
import { createServer } from 'node:net'
import { silentLogger } from '@repocast/errors'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { addressOf, allPieces, Loopback, noisePack, until } from './loopback.ts'
import { MemoryStorage } from './memory-storage.ts'
import { RawPeer } from './raw-peer.ts'

const loopback = new Loopback()
afterEach(() => loopback.close())

const [unchoke, haveAll, request] = [1, 14, 6]

describe('a filter', () => {
  test('hangs up on who calls from a blocked network, before anything is said', async () => {
    const { pack, content } = await noisePack(4)
    const origin = await loopback.swarm({ role: 'origin' })
    origin.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
    origin.filterPeers({ allow: [], block: ['127.0.0.0/8'] })
    await expect(RawPeer.connect(origin.port, pack.infoHash)).rejects.toThrow('closed')
    origin.filterPeers({ allow: ['127.0.0.1'], block: [] })
    const peer = await RawPeer.connect(origin.port, pack.infoHash)
    peer.socket.destroy()
  })

  test('keeps us from calling who is not allowed, whoever names him', async () => {
    const { pack, content } = await noisePack(4)
    const [origin, agent] = [await loopback.swarm({ role: 'origin' }), await loopback.swarm()]
    const there = origin.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
    const here = agent.add({ pack, storage: new MemoryStorage(pack), trackers: [] })
    here.want([0])
    agent.filterPeers({ allow: ['10.0.0.0/8'], block: [] })
    await here.addPeer(addressOf(origin))
    // webtorrent itself, as when a peer names another
    const session = await here.wake()
    expect(session?.torrent.addPeer(addressOf(origin))).toBe(false)
    agent.filterPeers({ allow: ['10.0.0.0/8', '127.0.0.1'], block: [] })
    await here.addPeer(addressOf(origin))
    await here.done([0])
    expect(there.status().peers).toBe(1)
  })

  test('that becomes narrower ends connections', async () => {
    const { pack, content } = await noisePack(4)
    const [origin, agent] = [await loopback.swarm({ role: 'origin' }), await loopback.swarm()]
    origin.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
    const here = agent.add({ pack, storage: new MemoryStorage(pack), trackers: [] })
    here.want([0])
    await here.addPeer(addressOf(origin))
    await here.done([0])
    expect(origin.status().peers).toBe(1)
    expect(() => agent.filterPeers({ allow: [], block: ['127.0.0.0/33'] })).toThrow()
    agent.filterPeers({ allow: [], block: ['127.0.0.0/8'] })
    await until(() => origin.status().peers === 0 && agent.status().peers === 0)
  })
})

test('peers meet over IPv6', async () => {
  const { pack, content } = await noisePack(4)
  const origin = await loopback.swarm({ role: 'origin', bindAddress: '::1' })
  const agent = await loopback.swarm({ bindAddress: '::1' })
  origin.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
  const here = agent.add({ pack, storage: new MemoryStorage(pack), trackers: [] })
  here.want(allPieces(pack))
  await here.addPeer(`[::1]:${origin.port}`)
  await here.done(allPieces(pack))
  await until(() => origin.peers().some(({ address }) => address === `[::1]:${agent.port}`))
  agent.filterPeers({ allow: [], block: ['::1/128'] })
  await until(() => origin.status().peers === 0)
})

test.each([
  ['127.0.0.9', '127.0.0.9'],
  ['::1', '127.0.0.1'],
])('bound to %s, a peer at 127.0.0.1 is called from %s', async (bindAddress, from) => {
  const called: (string | undefined)[] = []
  const peer = createServer(socket => {
    called.push(socket.remoteAddress)
    socket.destroy()
  })
  await once(peer.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void peer.close())
  const { pack } = await noisePack(4)
  const agent = await loopback.swarm({ bindAddress })
  const here = agent.add({ pack, storage: new MemoryStorage(pack), trackers: [] })
  here.want([0])
  const address = peer.address()
  await here.addPeer(`127.0.0.1:${typeof address === 'object' ? address?.port : 0}`)
  await until(() => called.length > 0)
  expect(called[0]).toBe(from)
})

test('an address that this host does not have is told with the key to change', async () => {
  await expect(loopback.swarm({ bindAddress: '192.0.2.7' })).rejects.toMatchObject({
    code: 'REPOCAST_SWARM_PORT_UNAVAILABLE',
    message: expect.stringContaining('192.0.2.7'),
    hint: expect.stringContaining('`bind-address`'),
  })
})

test('known peers of a group are called about its packs only', async () => {
  const [one, two] = [await noisePack(4, 1), await noisePack(4, 2)]
  const [mirror, agent] = [await loopback.swarm(), await loopback.swarm()]
  const [ours, others] = [one, two].map(({ pack, content }, k) => {
    mirror.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
    const here = agent.add({
      pack,
      storage: new MemoryStorage(pack),
      trackers: [],
      group: k === 0 ? 'debian' : 'fedora',
    })
    here.want(allPieces(pack))
    return here
  })
  await agent.knowPeers('configuration', [`localhost:${mirror.port}`], 'debian')
  await ours?.done(allPieces(one.pack))
  expect(others?.status()).toMatchObject({ downloadedBytes: 0, peers: 0 })
})

test('a peer that is behind another port tells that one to peers', async () => {
  const { pack, content } = await noisePack(4)
  const origin = await loopback.swarm({ role: 'origin' })
  const agent = await loopback.swarm({ announcePort: 54_321 })
  origin.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
  const here = agent.add({ pack, storage: new MemoryStorage(pack), trackers: [] })
  here.want([0])
  await here.addPeer(addressOf(origin))
  await until(() => origin.peers().some(({ address }) => address === '127.0.0.1:54321'))
})

test('without peer exchange nobody is told of others', async () => {
  const { pack, content } = await noisePack(4)
  const origin = await loopback.swarm({ role: 'origin', peerExchange: false })
  origin.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
  for (const [isOffered, peerExchange] of [
    [false, false],
    [true, true],
  ] as const) {
    const swarm = peerExchange ? await loopback.swarm() : origin
    if (peerExchange) swarm.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
    const peer = await RawPeer.connect(swarm.port, pack.infoHash)
    const handshake = (await peer.receiveMessage(20)).toString('latin1')
    expect(handshake.includes('ut_pex')).toBe(isOffered)
    peer.socket.destroy()
  }
})

test('a peer that stalls is left, and what it was asked for comes from others', async () => {
  const { pack, content } = await noisePack(8)
  let now = 0
  const agent = await loopback.swarm({ clock: { now: () => now }, logger: silentLogger })
  const storage = new MemoryStorage(pack)
  const here = agent.add({ pack, storage, trackers: [] })
  here.want(allPieces(pack))
  const staller = await RawPeer.connect(agent.port, pack.infoHash, { isFast: true })
  staller.send(haveAll)
  staller.send(unchoke)
  await staller.receiveMessage(request)
  const origin = await loopback.swarm({ role: 'origin' })
  origin.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
  await here.addPeer(addressOf(origin))
  now = 31_000
  await staller.untilClosed()
  await here.done(allPieces(pack))
  expect(storage.content.equals(content)).toBe(true)
})

test('peers that have all part, and do not call each other again', async () => {
  const { pack, content } = await noisePack(8)
  const swarms = [
    await loopback.swarm({ role: 'origin' }),
    ...(await Promise.all([1, 2, 3].map(() => loopback.swarm()))),
  ]
  const packs = swarms.map((swarm, k) => {
    const storage = new MemoryStorage(pack, k < 2 ? content : undefined)
    return swarm.add({ pack, storage, trackers: [] })
  })
  const [, ...mirrors] = packs
  for (const mirror of mirrors) mirror.want(allPieces(pack))
  for (const here of packs) for (const swarm of swarms) await here.addPeer(addressOf(swarm))
  await Promise.all(mirrors.map(mirror => mirror.done(allPieces(pack))))
  await until(() => swarms.every(swarm => swarm.status().peers === 0))
  const calls: unknown[] = []
  for (const swarm of swarms) swarm.on('peerConnected', call => void calls.push(call))
  // webtorrent by itself calls a second after each end of a connection that shook hands
  await new Promise(resolve => setTimeout(resolve, 2500))
  expect(calls.length).toBeLessThan(4)
})

describe('who wants nothing more of a pack and has not all of it', () => {
  test('leaves seeders and its like, stays with who fetches, and comes back when it wants more', async () => {
    const { pack, content } = await noisePack(12)
    const limits = { restSeconds: 0.3 }
    const swarms = {
      origin: await loopback.swarm({ role: 'origin', limits }),
      one: await loopback.swarm({ limits }),
      other: await loopback.swarm({ limits }),
    }
    swarms.origin.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
    const one = swarms.one.add({ pack, storage: new MemoryStorage(pack), trackers: [] })
    const other = swarms.other.add({ pack, storage: new MemoryStorage(pack), trackers: [] })
    one.want([2, 7])
    other.want([2, 7])
    await one.addPeer(addressOf(swarms.origin))
    await other.addPeer(addressOf(swarms.origin))
    await Promise.all([one.done([2, 7]), other.done([2, 7])])
    await one.addPeer(addressOf(swarms.other))
    await until(() => Object.values(swarms).every(swarm => swarm.status().peers === 0))

    // two like these that meet have nothing to tell each other
    const met = once(swarms.one, 'peerConnected')
    await one.addPeer(addressOf(swarms.other))
    await met
    await until(() => swarms.other.status().peers === 0 && swarms.one.status().peers === 0)

    const more = await loopback.swarm({ limits })
    const rest = more.add({ pack, storage: new MemoryStorage(pack), trackers: [] })
    rest.want([2, 7, 8])
    await rest.addPeer(addressOf(swarms.one))
    await rest.done([2, 7])
    await until(() => swarms.one.status().peers === 1)

    other.want([8])
    await other.addPeer(addressOf(swarms.origin))
    await other.done([8])
  })
})
