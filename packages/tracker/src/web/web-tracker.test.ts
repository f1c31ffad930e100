import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHttpServer, type FastifyInstance, listen, Registry } from '@repocast/daemon'
import { silentLogger } from '@repocast/errors'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { addTrackerRoutes } from '../http/routes.ts'
import { Tracker } from '../tracker.ts'

const infoHash = '\xab'.repeat(20)
let directory: string
let tracker: Tracker
let server: FastifyInstance
let url: string

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'repocast-web-tracker-'))
  tracker = new Tracker({
    isAllowed: one => one === 'ab'.repeat(20),
    path: join(directory, 'tracker.sqlite'),
    logger: silentLogger,
    clock: () => new Date(),
    limits: { maxPeersPerAddress: 5, maxWebSockets: 5 },
  })
  server = createHttpServer({ logger: silentLogger, metrics: new Registry(), trustedProxies: [], isReady: () => true })
  addTrackerRoutes(server, tracker, { webSocket: true })
  await listen(server, '127.0.0.1', 0)
  url = `ws://127.0.0.1:${(server.server.address() as AddressInfo).port}/announce`
})
afterEach(async () => {
  // As programs do: what was started last ends first.
  await server.close()
  await tracker.close()
  rmSync(directory, { recursive: true })
})

/** A client that keeps what it is told. */
async function connect(name: string) {
  const socket = new WebSocket(url)
  const heard: Record<string, unknown>[] = []
  const waiting: (() => void)[] = []
  socket.addEventListener('message', ({ data }) => {
    heard.push(JSON.parse(data))
    waiting.shift()?.()
  })
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', () => reject(new Error('refused')))
  })
  const peerId = name.padEnd(20, '-')
  const next = async (): Promise<Record<string, unknown>> => {
    if (heard.length === 0) await new Promise<void>(resolve => waiting.push(resolve))
    return heard.shift() ?? {}
  }
  const say = (message: object) =>
    socket.send(JSON.stringify({ action: 'announce', info_hash: infoHash, peer_id: peerId, ...message }))
  return { socket, peerId, next, say }
}

test('an offer reaches another peer, and its answer comes back; who leaves is forgotten', async () => {
  const [alice, bob] = [await connect('alice'), await connect('bob')]
  alice.say({ event: 'started', left: 0, offers: [] })
  expect(await alice.next()).toMatchObject({ action: 'announce', complete: 1, incomplete: 0, interval: 120 })
  bob.say({
    event: 'started',
    left: 7,
    numwant: 1,
    offers: [{ offer_id: 'o'.repeat(20), offer: { type: 'offer', sdp: 'x' } }],
  })
  expect(await bob.next()).toMatchObject({ complete: 1, incomplete: 1, info_hash: infoHash })
  expect(await alice.next()).toEqual({
    action: 'announce',
    offer: { type: 'offer', sdp: 'x' },
    offer_id: 'o'.repeat(20),
    peer_id: bob.peerId,
    info_hash: infoHash,
  })
  alice.say({ to_peer_id: bob.peerId, offer_id: 'o'.repeat(20), answer: { type: 'answer', sdp: 'y' } })
  expect(await bob.next()).toMatchObject({ answer: { type: 'answer', sdp: 'y' }, peer_id: alice.peerId })
  expect(tracker.web.swarm('ab'.repeat(20))).toEqual({ seeders: 1, leechers: 1 })
  alice.socket.close()
  await expect.poll(() => tracker.web.connections).toBe(1)
  bob.say({ action: 'scrape', info_hash: infoHash })
  expect(await bob.next()).toMatchObject({ action: 'scrape', files: { [infoHash]: { complete: 0, incomplete: 1 } } })
  // Bob stays: a server that ends does not wait for him.
})

test('nobody speaks for another, other torrents are refused, and there are not more connections than allowed', async () => {
  const alice = await connect('alice')
  alice.say({ left: 0 })
  await alice.next()
  alice.say({ peer_id: 'x'.repeat(20) })
  expect(await alice.next()).toEqual({ 'failure reason': 'a connection has one peer_id' })
  const mallory = await connect('alice')
  mallory.say({ left: 0 })
  expect(await mallory.next()).toMatchObject({ 'failure reason': 'somebody else has that peer_id' })
  alice.say({ info_hash: 'z'.repeat(20) })
  expect(await alice.next()).toMatchObject({ 'failure reason': 'this tracker does not track that torrent' })
  const others = [await connect('a'), await connect('b'), await connect('c')]
  await expect(connect('d')).rejects.toThrow()
  for (const { socket } of [alice, mallory, ...others]) socket.close()
})

test('no message ends anything', async () => {
  const [alice, bob] = [await connect('alice'), await connect('bob')]
  alice.say({ left: 5 })
  await alice.next()
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 1 }),
    fc.constant([null]),
    fc.constant([{ offer: {} }]),
    fc.constant('a'.repeat(20)),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.record(
        {
          offers: odd,
          answer: odd,
          to_peer_id: odd,
          event: odd,
          left: odd,
          action: fc.oneof(odd, fc.constant('scrape')),
        },
        { requiredKeys: [] },
      ),
      async message => bob.say(message),
    ),
  )
  for (const text of ['null', '[]', '{', '', '1', '{"action":"scrape"}']) bob.socket.send(text)
  alice.say({ left: 0 })
  await expect.poll(async () => (await alice.next()).complete, { timeout: 10_000 }).toBe(1)
  alice.socket.close()
  bob.socket.close()
})
