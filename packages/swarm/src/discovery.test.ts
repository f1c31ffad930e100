import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { KnownPeers } from './known-peers.ts'
import { allPieces, Loopback, noisePack, until } from './loopback.ts'
import { MemoryStorage } from './memory-storage.ts'

const loopback = new Loopback()
const endings: (() => void)[] = []
afterEach(async () => {
  await loopback.close()
  for (const end of endings.splice(0)) end()
})

/** The least that a tracker can be: everybody who announced is at 127.0.0.1. */
async function startTracker() {
  const ports = new Set<number>()
  const told: string[] = []
  const server = createServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://tracker').searchParams
    const port = Number(query.get('port'))
    told.push(`${query.get('event')} left ${query.get('left')}`)
    if (query.get('event') === 'stopped') ports.delete(port)
    else ports.add(port)
    const wanted = Number(query.get('numwant')) > 0 ? [...ports] : []
    const peers = Buffer.concat(wanted.map(each => Buffer.from([127, 0, 0, 1, each >> 8, each & 255])))
    response.end(Buffer.concat([Buffer.from(`d8:intervali60e5:peers${peers.length}:`), peers, Buffer.from('e')]))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  endings.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return { tracker: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/announce`, ports, told }
}

test('peers find each other through a tracker, and it hears what they have', async () => {
  const { pack, content } = await noisePack(8)
  const { tracker, ports, told } = await startTracker()
  const origin = await loopback.swarm({ role: 'origin', random: () => 0 })
  origin.add({ pack, storage: new MemoryStorage(pack, content), trackers: [tracker] })
  await until(() => told.length === 1)
  const agent = await loopback.swarm({ random: () => 0 })
  const here = agent.add({ pack, storage: new MemoryStorage(pack), trackers: [tracker] })
  here.want(allPieces(pack))
  await here.done(allPieces(pack))
  await until(() => told.some(each => each.startsWith('completed')))
  expect(ports).toEqual(new Set([origin.port, agent.port]))
  await agent.close()
  expect(told).toEqual(['started left 0', `started left ${pack.bytes}`, 'completed left 0', 'stopped left 0'])
})

test('of several trackers one that answers is enough, whatever the others do', async () => {
  const { pack, content } = await noisePack(4)
  const { tracker, told } = await startTracker()
  const halfOpen = createServer(() => {}).listen(0, '127.0.0.1') // takes the request and never answers
  await once(halfOpen, 'listening')
  endings.push(() => {
    halfOpen.closeAllConnections()
    halfOpen.close()
  })
  const address = halfOpen.address()
  const silent = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/announce`
  const trackers = ['http://127.0.0.1:1/announce', silent, 'http://no-such-host.invalid/announce', tracker]
  const origin = await loopback.swarm({ role: 'origin' })
  origin.add({ pack, storage: new MemoryStorage(pack, content), trackers })
  await until(() => told.length === 1)
  const here = (await loopback.swarm()).add({ pack, storage: new MemoryStorage(pack), trackers })
  here.want(allPieces(pack))
  await here.done(allPieces(pack))
})

test('known peers are called without a tracker, as soon as they are there', async () => {
  const { pack, content } = await noisePack(8)
  const here = await loopback.swarm()
  const wanting = here.add({ pack, storage: new MemoryStorage(pack), trackers: [] })
  wanting.want(allPieces(pack))
  const mirror = await loopback.swarm()
  mirror.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
  await here.knowPeers('configuration', ['no-such-host.invalid:1', `localhost:${mirror.port}`])
  await wanting.done(allPieces(pack))
  expect(wanting.status().fromMirrorsBytes).toBe(pack.bytes)
})

test('what one teller knows does not take away what another knows, and names are looked up again', async () => {
  let found: readonly string[] = ['192.0.2.1', '2001:db8::1']
  const known = new KnownPeers(async host => (host === 'mirror.example.org' ? found : Promise.reject(new Error('no'))))
  await Promise.all([
    known.tell('configuration', ['mirror.example.org:6881', '192.0.2.9:7', 'unknown.example.org:1']),
    known.tell('feed', ['[2001:db8::2]:8', '192.0.2.9:7']),
  ])
  const [first, second] = ['192.0.2.1:6881', '[2001:db8::1]:6881']
  expect(known.addresses).toEqual([first, second, '192.0.2.9:7', '[2001:db8::2]:8'])
  await known.tell('feed', [])
  expect(known.addresses).toEqual([first, second, '192.0.2.9:7'])
  found = ['192.0.2.2']
  await known.lookUp()
  expect(known.addresses).toEqual(['192.0.2.2:6881', '192.0.2.9:7'])
})

test('who has a part of a pack is no seeder to the tracker, though it lacks nothing that it wants', async () => {
  const { pack, content } = await noisePack(8)
  const { tracker, told } = await startTracker()
  const origin = await loopback.swarm({ role: 'origin', random: () => 0 })
  origin.add({ pack, storage: new MemoryStorage(pack, content), trackers: [tracker] })
  await until(() => told.length === 1)
  const agent = await loopback.swarm()
  const here = agent.add({ pack, storage: new MemoryStorage(pack), trackers: [tracker] })
  here.want([0, 1])
  await here.done([0, 1])
  await here.remove()
  const left = pack.bytes - 2 * pack.pieceLength
  expect(told.slice(1)).toEqual([`started left ${pack.bytes}`, `stopped left ${left}`])
})
