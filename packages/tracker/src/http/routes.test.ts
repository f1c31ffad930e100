import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHttpServer, Registry } from '@repocast/daemon'
import { silentLogger } from '@repocast/errors'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Tracker } from '../tracker.ts'
import { addTrackerRoutes } from './routes.ts'

const infoHash = 'ab'.repeat(20)
let directory: string
let tracker: Tracker

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'repocast-routes-'))
  tracker = new Tracker({
    isAllowed: () => true,
    path: join(directory, 'tracker.sqlite'),
    logger: silentLogger,
    clock: () => new Date(),
  })
})
afterEach(async () => {
  await tracker.close()
  rmSync(directory, { recursive: true })
})

/** Where the tracker thinks that a peer is that announced from `remoteAddress` with these headers. */
async function placeOf(trustedProxies: string[], remoteAddress: string, headers: Record<string, string>, query = '') {
  const server = createHttpServer({
    logger: silentLogger,
    metrics: new Registry(),
    trustedProxies,
    isReady: () => true,
  })
  addTrackerRoutes(server, tracker, { webSocket: false, mayNameAddress: address => address === '192.0.2.20' })
  const hash = infoHash.replace(/../g, '%$&')
  const url = `/announce?info_hash=${hash}&peer_id=${'x'.repeat(20)}&port=7777&left=0${query}`
  const answer = await server.inject({ url, remoteAddress, headers })
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'text/plain'])
  const other = tracker.http.answer(`/announce?info_hash=${hash}&peer_id=${'y'.repeat(20)}&port=1`, {
    address: '10.255.255.255',
    mayNameAddress: false,
  })
  await server.close()
  return /2:ip\d+:([0-9a-f.:]+)4:porti7777e/.exec(other.toString('latin1'))?.[1]
}

test.each([
  // proxies, from, headers, query: where the peer is
  [[], '192.0.2.7', {}, '', '192.0.2.7'],
  [[], '::ffff:192.0.2.7', {}, '', '192.0.2.7'],
  [[], '2001:db8::7', {}, '', '2001:db8::7'],
  [[], '192.0.2.7', { 'x-forwarded-for': '198.51.100.9' }, '', '192.0.2.7'],
  [['127.0.0.1'], '127.0.0.1', { 'x-forwarded-for': '198.51.100.9' }, '', '198.51.100.9'],
  [['10.0.0.0/8'], '10.1.1.1', { 'x-forwarded-for': '203.0.113.1, 198.51.100.9, 10.2.2.2' }, '', '198.51.100.9'],
  [[], '192.0.2.7', {}, '&ip=198.51.100.9', '192.0.2.7'],
  [[], '127.0.0.1', {}, '&ip=198.51.100.9', '198.51.100.9'],
  [[], '::1', {}, '&ip=2001%3Adb8%3A%3A9', '2001:db8::9'],
  [[], '127.0.0.1', {}, '&ip=not-an-address', '127.0.0.1'],
  [[], '192.0.2.20', {}, '&ip=198.51.100.9', '198.51.100.9'],
  [[], '192.0.2.20', { 'x-forwarded-for': '192.0.2.7' }, '', '192.0.2.20'],
  // A proxy on this host does not make its clients local.
  [[], '127.0.0.1', { 'x-forwarded-for': '192.0.2.7' }, '&ip=198.51.100.9', '127.0.0.1'],
  [['127.0.0.1'], '127.0.0.1', { 'x-forwarded-for': '192.0.2.7' }, '&ip=198.51.100.9', '192.0.2.7'],
])('with the proxies %j, who comes from %s with %j %s is at %s', async (proxies, from, headers, query, place) => {
  expect(await placeOf(proxies, from, headers as Record<string, string>, query)).toBe(place)
})

const hasIpv6 = Object.values(networkInterfaces()).some(list => list?.some(({ address }) => address === '::1'))

test.runIf(hasIpv6)(
  'over UDP and IPv6 a peer gets peers of IPv6; IPv4 on the same socket gets those of IPv4',
  async () => {
    await tracker.udp.listen('::', 0)
    tracker.http.answer(
      `/announce?info_hash=${infoHash.replace(/../g, '%$&')}&peer_id=${'y'.repeat(20)}&port=258&left=0&ip=2001:db8::9`,
      { address: '127.0.0.1', mayNameAddress: true },
    )
    tracker.http.answer(
      `/announce?info_hash=${infoHash.replace(/../g, '%$&')}&peer_id=${'y'.repeat(20)}&port=258&left=0`,
      { address: '192.0.2.9', mayNameAddress: false },
    )
    const v6 = await announceByUdp('udp6', '::1')
    expect(v6.toString('hex', 20)).toBe('20010db8000000000000000000000009' + '0102')
    const v4 = await announceByUdp('udp4', '127.0.0.1')
    expect(v4.toString('hex', 20)).toBe('c0000209' + '0102')
  },
)

async function announceByUdp(type: 'udp4' | 'udp6', host: string): Promise<Buffer> {
  const socket = createSocket(type)
  const ask = async (packet: Buffer): Promise<Buffer> => {
    const answered = once(socket, 'message')
    socket.send(packet, tracker.udp.port, host)
    return (await answered)[0] as Buffer
  }
  const connect = Buffer.alloc(16)
  connect.writeBigUInt64BE(0x41727101980n)
  const packet = Buffer.alloc(98)
  const connected = await ask(connect)
  connected.copy(packet, 0, 8, 16)
  packet.writeUInt32BE(1, 8)
  packet.write(infoHash, 16, 'hex')
  packet.writeBigUInt64BE(5n, 64)
  packet.writeInt32BE(-1, 92)
  packet.writeUInt16BE(4000, 96)
  const answer = await ask(packet)
  socket.close()
  return answer
}
