import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packOf } from '@repocast/packs/testing'
import { Client } from 'bittorrent-dht'
import { afterEach, expect, test } from 'vitest'
import { addressOf, allPieces, Loopback, noise, noisePack, until } from '../loopback.ts'
import { MemoryStorage } from '../memory-storage.ts'
import type { SwarmOptions } from '../swarm.ts'
import { GuardedSocket } from './guarded-socket.ts'

const loopback = new Loopback()
const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await loopback.close()
  for (const end of ends.splice(0)) await end()
})

/** A node that is not ours, and the info-hashes that it is asked for, and told of. */
async function stockNode() {
  const guard = { bindAddress: '127.0.0.1', admits: () => true, clock: performance, onFailure: () => {} }
  const socket = await GuardedSocket.open({ port: 0, ...guard })
  const node = new Client({ socket, bootstrap: false, maxTables: 10, maxValues: 1 })
  ends.push(async () => await new Promise<void>(resolve => node.destroy(resolve)))
  const [asked, told] = [new Set<string>(), new Set<string>()]
  node.on('get_peers', (infoHash: Buffer) => asked.add(infoHash.toString('hex')))
  node.on('announce_peer', (infoHash: Buffer) => told.add(infoHash.toString('hex')))
  return { node, address: `127.0.0.1:${socket.port}`, asked, told }
}

const joining = (...bootstrap: string[]): Partial<SwarmOptions> => ({ dht: { bootstrap } })

test('who lacks a pack finds who has it by a node that both know, without tracker', async () => {
  const { pack, content } = await noisePack(4)
  const { address, told } = await stockNode()
  const seeder = await loopback.swarm(joining(address))
  seeder.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
  await until(() => told.has(pack.infoHash))
  const agent = await loopback.swarm(joining(address))
  const here = agent.add({ pack, storage: new MemoryStorage(pack), trackers: [] })
  here.want(allPieces(pack))
  await here.done(allPieces(pack))
  expect(agent.status().dhtNodes).toBeGreaterThan(0)
})

test('one of ours is enough to begin with, also a known peer, and its own packs are found', async () => {
  const { pack, content } = await noisePack(4)
  const seeder = await loopback.swarm(joining())
  seeder.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
  // about other packs than these, so that nobody calls the known peer
  const agent = await loopback.swarm(joining())
  await agent.knowPeers('configuration', [addressOf(seeder)], 'another')
  const here = agent.add({ pack, storage: new MemoryStorage(pack), trackers: [], group: 'this' })
  here.want(allPieces(pack))
  await here.done(allPieces(pack))
})

test('connected peers come to know the nodes of each other, and keep them over a restart', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'repocast-dht-'))
  ends.push(async () => await rm(directory, { recursive: true }))
  const nodesFile = join(directory, 'nodes')
  const { pack, content } = await noisePack(4)
  const seeder = await loopback.swarm(joining())
  seeder.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
  const agent = await loopback.swarm({ dht: { nodesFile } })
  const here = agent.add({ pack, storage: new MemoryStorage(pack), trackers: [] })
  here.want([0])
  await here.addPeer(addressOf(seeder))
  await until(() => agent.status().dhtNodes === 1 && seeder.status().dhtNodes === 1)
  await agent.close()
  expect(await readFile(nodesFile, 'latin1')).toBe(`${addressOf(seeder)}\n`)

  const again = await loopback.swarm({ dht: { nodesFile } })
  const wanting = again.add({ pack, storage: new MemoryStorage(pack), trackers: [] })
  wanting.want(allPieces(pack))
  await wanting.done(allPieces(pack))
})

test('private packs are neither looked up nor announced nor found, nor is one of which nothing is here or wanted', async () => {
  const { pack: secret } = await packOf({ a: noise(100_000) }, { private: true, pieceLength: 32_768 })
  const [open, none] = [await noisePack(4), await noisePack(4, 2)]
  const stock = await stockNode()
  const node = await loopback.swarm(joining(stock.address))
  const here = node.add({ pack: secret, storage: new MemoryStorage(secret), trackers: [] })
  here.want([0])
  node.add({ pack: none.pack, storage: new MemoryStorage(none.pack), trackers: [] })
  node.add({ pack: open.pack, storage: new MemoryStorage(open.pack, open.content), trackers: [] })
  await until(() => stock.told.has(open.pack.infoHash))
  // somebody else tells of it: nobody is called
  const other = await loopback.swarm()
  other.add({ pack: secret, storage: new MemoryStorage(secret, noise(100_000)), trackers: [] })
  stock.node.addNode({ host: '127.0.0.1', port: node.port })
  await until(() => stock.node.nodes.count() > 0)
  await new Promise<void>(resolve => stock.node.announce(secret.infoHash, other.port, () => resolve()))
  expect(stock.told).toEqual(new Set([open.pack.infoHash]))
  for (const { infoHash } of [secret, none.pack]) expect(stock.asked).not.toContain(infoHash)
  expect(here.status().peers).toBe(0)
})

test('who is not let in is no node; without the option there is none', async () => {
  const stock = await stockNode()
  const [strict, without] = [await loopback.swarm(joining(stock.address)), await loopback.swarm()]
  strict.filterPeers({ allow: [], block: ['127.0.0.0/8'] })
  expect(without.status().dhtNodes).toBeUndefined()
  stock.node.addNode({ host: '127.0.0.1', port: strict.port })
  const other = await loopback.swarm(joining(stock.address))
  await until(() => other.status().dhtNodes === 1)
  expect(strict.status().dhtNodes).toBe(0)
})

test('whatever datagrams come, it goes on, and its port is free when it is closed', async () => {
  const { pack, content } = await noisePack(4)
  const { address, told } = await stockNode()
  const swarm = await loopback.swarm(joining(address))
  const stranger = createSocket('udp4')
  ends.push(async () => {
    stranger.close()
    await once(stranger, 'close')
  })
  const id = 'i'.repeat(20)
  const bad = [
    'x',
    'd1:ad2:id20:iiiiiiiiiiiiiiiiiiii6:targeti5ee1:q9:find_node1:t2:aa1:y1:qe',
    `d1:ad2:id20:${id}9:info_hash20:${id}4:porti1e5:tokeni5ee1:q13:announce_peer1:t2:aa1:y1:qe`,
    `d1:rd2:id20:${id}6:valuesi5ee1:t2:aa1:y1:re`,
    `d1:rd2:id20:${id}e1:t1:a1:y1:re`,
    'd1:ei5e1:t2:aa1:y1:ee',
  ]
  for (const text of bad) {
    stranger.send(text, swarm.port, '127.0.0.1')
    await new Promise(resolve => setImmediate(resolve))
  }
  stranger.send(`d1:ad2:id20:${id}e1:q4:ping1:t2:zz1:y1:qe`, swarm.port, '127.0.0.1')
  const [answer] = (await once(stranger, 'message')) as [Buffer]
  expect(answer.toString('latin1')).toContain('1:t2:zz')
  swarm.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
  await until(() => told.has(pack.infoHash))
  const { port } = swarm
  await swarm.close()
  const free = createSocket('udp4')
  free.bind(port, '127.0.0.1')
  await once(free, 'listening')
  free.close()
})

test('a port that is taken is told', async () => {
  const taken = createSocket('udp4')
  taken.bind(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address()
  await expect(loopback.swarm({ dht: { port } })).rejects.toMatchObject({
    code: 'REPOCAST_SWARM_PORT_UNAVAILABLE',
    message: expect.stringContaining(`UDP port ${port}`),
  })
  taken.close()
})
