import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { addressOf, allPieces, Loopback, noisePack, until } from './loopback.ts'
import { MemoryStorage } from './memory-storage.ts'
import { RawPeer } from './raw-peer.ts'
import type { Encryption } from './webtorrent/encryption.ts'

const loopback = new Loopback()
const ends: (() => void)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) end()
  await loopback.close()
})

/** A place on the way to a peer that sees what passes. */
async function wiretap(port: number) {
  const seen: Buffer[] = []
  const sockets = new Set<Socket>()
  const server = createServer(near => {
    const far = connect(port, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('error', () => {})
      from.on('data', data => {
        seen.push(Buffer.from(data))
        to.write(data)
      })
      from.on('close', () => to.destroy())
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, seen: () => Buffer.concat(seen) }
}

const plainHandshake = Buffer.from('BitTorrent protocol')

async function transfer(giver: Encryption, taker: Encryption) {
  const { pack, content } = await noisePack(20)
  const origin = await loopback.swarm({ role: 'origin', encryption: giver })
  origin.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
  const agent = await loopback.swarm({ encryption: taker })
  const storage = new MemoryStorage(pack)
  const here = agent.add({ pack, storage, trackers: [] })
  here.want(allPieces(pack))
  const { address, seen } = await wiretap(origin.port)
  await here.addPeer(address)
  return { pack, content, storage, origin, here, seen }
}

describe('between two that', () => {
  test.each<[Encryption, Encryption, { shake: boolean; content: boolean }]>([
    ['off', 'off', { shake: true, content: true }],
    ['prefer', 'prefer', { shake: false, content: true }],
    ['prefer', 'require', { shake: false, content: false }],
    ['require', 'prefer', { shake: false, content: false }],
    ['require', 'require', { shake: false, content: false }],
    ['prefer', 'off', { shake: true, content: true }],
  ])('%s and %s encryption all arrives, and a line sees %o', async (giver, taker, visible) => {
    const { pack, content, storage, here, seen } = await transfer(giver, taker)
    await here.done(allPieces(pack))
    expect(storage.content.equals(content)).toBe(true)
    expect(seen().subarray(1, 20).equals(plainHandshake)).toBe(visible.shake)
    // some of it comes over a second connection, which the origin opens past the wiretap
    const bytes = seen()
    const isSeen = allPieces(pack).some(piece => bytes.includes(content.subarray(piece * 32_768, piece * 32_768 + 200)))
    expect(isSeen).toBe(visible.content)
  })

  test('prefer it and cannot, the second call is plain', async () => {
    const { pack, here } = await transfer('off', 'prefer')
    await here.done(allPieces(pack))
  })

  test('require it and cannot, nothing moves', async () => {
    const { pack, origin, here } = await transfer('require', 'off')
    const plain = await RawPeer.connect(origin.port, pack.infoHash).catch(() => undefined)
    await plain?.untilClosed()
    expect(here.status().downloadedBytes).toBe(0)
    expect(origin.status().peers).toBe(0)
  })
})

test('an encrypted call opens a pack that rests', async () => {
  const { pack, content } = await noisePack(4)
  const origin = await loopback.swarm({ role: 'origin', limits: { idlePackSeconds: 0 } })
  const there = origin.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
  expect(there.status().isOpen).toBe(false)
  const agent = await loopback.swarm({ encryption: 'require' })
  const here = agent.add({ pack, storage: new MemoryStorage(pack), trackers: [] })
  here.want([0])
  await here.addPeer(addressOf(origin))
  await here.done([0])
})

test.each<[string, Buffer]>([
  ['zeros', Buffer.alloc(2000)],
  ['ones', Buffer.alloc(2000, 0xff)],
  ['noise without end', Buffer.from(Array.from({ length: 70_000 }, (_, k) => (k * 197 + (k >> 3)) & 255))],
  ['the beginning of a plain handshake', Buffer.from('\x13BitTorrent protocoL')],
])('%s for a handshake ends that connection only', async (_, bytes) => {
  const { pack, content } = await noisePack(3)
  const origin = await loopback.swarm({ role: 'origin' })
  origin.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
  const socket = connect(origin.port, '127.0.0.1')
  socket.on('error', () => {})
  socket.resume()
  await once(socket, 'connect')
  socket.end(bytes)
  await once(socket, 'close')
  const here = (await loopback.swarm()).add({ pack, storage: new MemoryStorage(pack), trackers: [] })
  here.want([0])
  await here.addPeer(addressOf(origin))
  await here.done([0])
  await until(() => origin.status().peers === 1)
})
