import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@repocast/errors'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Tracker, type TrackerLimits } from './tracker.ts'
import { decodeRequest } from './udp/codec.ts'

const infoHash = 'ab'.repeat(20)
const otherHash = 'ef'.repeat(20)
const somebody = { address: '127.0.0.1', mayNameAddress: false }
const binary = (hex: string) => hex.replace(/../g, '%$&')
let directory: string
let now: number
let tracker: Tracker
const open = (limits: Partial<TrackerLimits> = {}) =>
  new Tracker({
    isAllowed: one => one === infoHash || one === otherHash,
    limits,
    path: join(directory, 'tracker.sqlite'),
    logger: silentLogger,
    clock: () => new Date(now),
  })

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'repocast-tracker-'))
  now = 1_000_000_000_000
  tracker = open()
})
afterEach(async () => {
  await tracker.close()
  rmSync(directory, { recursive: true })
})

function announce(port: number, fields: Record<string, string | number> = {}, hash = infoHash, from = '127.0.0.1') {
  const rest = Object.entries({ port, left: 100, uploaded: 0, downloaded: 0, compact: 1, ...fields })
  const query = rest.map(([key, value]) => `${key}=${value}`).join('&')
  const peerId = binary(Math.floor(port).toString(16).padStart(40, '0'))
  const requester = { address: from, mayNameAddress: from === '127.0.0.1' }
  return tracker.http
    .answer(`/announce?info_hash=${binary(hash)}&peer_id=${peerId}&${query}`, requester)
    .toString('latin1')
}

test('a clock that was set back does not keep peers for as long as it was wrong', () => {
  now += 400 * 86_400_000
  announce(1001, { event: 'started' })
  now -= 400 * 86_400_000
  tracker.keepHouse()
  expect(tracker.peers).toBe(0)
  announce(1001)
  expect(announce(1002)).toContain('5:peers6:')
})

describe('over HTTP', () => {
  test('peers of a torrent are told about each other, seeders only about leechers', async () => {
    announce(1001, { event: 'started' })
    announce(1002, { event: 'started', left: 0 })
    const leecher = announce(1003, { event: 'started' })
    expect(leecher).toContain('8:completei1e')
    expect(leecher).toContain('10:incompletei2e')
    expect(leecher).toContain('5:peers12:')
    expect(announce(1004, { event: 'started', left: 0 })).toContain('5:peers12:')
    expect(announce(1001, { event: 'stopped' })).toContain('5:peers0:')
    expect(announce(1003)).toContain('5:peers12:')
  })

  test('an address in the query is believed from this host only', () => {
    announce(1001, { event: 'started', ip: '10.9.8.7', left: 0 }, infoHash, '10.1.2.3')
    const port = String.fromCharCode(1001 >> 8, 1001 & 255)
    expect(announce(1002, { event: 'started' })).toContain(`5:peers6:\x0a\x01\x02\x03${port}`)
    announce(1001, { event: 'stopped' }, infoHash, '10.1.2.3')
    announce(1001, { event: 'started', ip: '2001%3Adb8::7', left: 0 })
    expect(announce(1002, { event: 'started' })).toContain('6:peers618:\x20\x01\x0d\xb8')
  })

  test('numwant says how many peers, and 0 means none', () => {
    for (let port = 2000; port < 2060; port += 1)
      announce(port, { event: 'started' }, infoHash, `10.0.0.${port - 1990}`)
    expect(announce(1001, { numwant: 0 })).toContain('5:peers0:')
    expect(announce(1001, { numwant: 7 })).toContain('5:peers42:')
    expect(announce(1001)).toContain('5:peers300:')
    expect(announce(1001, { numwant: 1000 })).toContain('5:peers360:')
    expect(announce(1001, { numwant: 1, compact: 0 })).toMatch(/5:peersld2:ip\d+:10\.0\.0\.\d+4:porti\d+eee/)
  })

  test('who asks too often is told so, others are answered', async () => {
    await tracker.close()
    tracker = open({ requestsPerSecond: 1, requestBurst: 3 })
    const answers = Array.from({ length: 5 }, () => announce(1001, {}, infoHash, '10.0.0.1'))
    expect(answers.map(answer => answer.includes('too many requests'))).toEqual([false, false, false, true, true])
    expect(announce(1001, {}, infoHash, '10.0.0.2')).toContain('5:peers')
    now += 1000
    expect(announce(1001, {}, infoHash, '10.0.0.1')).toContain('5:peers')
    expect(tracker.counts).toMatchObject({ announces: 5, limited: 2 })
  })

  test('no host and no swarm takes all the room', async () => {
    await tracker.close()
    tracker = open({ maxPeersPerAddress: 2, maxPeersPerSwarm: 4, maxPeers: 5 })
    for (let port = 1; port < 9; port += 1) announce(port, {}, infoHash, '2001:db8::1')
    for (let port = 1; port < 9; port += 1) announce(port, {}, infoHash, `2001:db8::${port + 1}`)
    expect(tracker.peers).toBe(2)
    for (let port = 1; port < 9; port += 1) announce(port, {}, infoHash, `10.0.0.${port}`)
    expect(tracker.scrape(infoHash).leechers).toBe(4)
    for (let port = 1; port < 9; port += 1) announce(port, {}, otherHash, `10.0.0.${port}`)
    expect(tracker.peers).toBe(5)
    expect(announce(9, {}, otherHash, '10.0.0.9')).toContain('5:peers')
  })

  test('one peer cannot spoil what all are told: no broken ports, no sums without end', async () => {
    announce(1001, { event: 'started' })
    expect(announce(1.5, { event: 'started' })).toContain('failure reason')
    announce(1001, { uploaded: '9007199254740991' })
    expect(tracker.scrape(infoHash).uploadedBytes).toBe(0)
    expect(announce(1002, { event: 'started' })).toContain('5:peers6:')
    tracker.keepHouse()
  })

  test('other torrents are refused, and a scrape has to name some', async () => {
    expect(announce(1001, {}, 'cd'.repeat(20))).toContain('failure reason')
    expect(tracker.liveSwarms).toBe(0)
    expect(tracker.http.answer('/scrape', somebody).toString()).toContain('failure reason')
    announce(1001, { event: 'started', left: 0 })
    const scraped = tracker.http.answer(`/scrape?info_hash=${binary(infoHash)}`, somebody).toString('latin1')
    expect(scraped).toContain('8:completei1e')
  })

  test('no query ends in anything but an answer', async () => {
    const piece = fc.constantFrom(
      'info_hash',
      'peer_id',
      'port',
      'left',
      'compact',
      'numwant',
      '=',
      '&',
      '%',
      '%ff',
      '-1',
      '9'.repeat(30),
      '/',
      '?',
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 12 }),
        fc.constantFrom('/announce?', '/scrape?', '/x'),
        async (parts, path) => {
          expect(tracker.http.answer(path + parts.join(''), somebody).toString('latin1')).toMatch(/^d.*e$/s)
        },
      ),
    )
  })
})

test('bytes and completed downloads are counted, and survive a restart', async () => {
  announce(1001, { event: 'started' })
  announce(1001, { uploaded: 50, downloaded: 100 })
  announce(1001, { uploaded: 70, downloaded: 100, left: 0, event: 'completed' })
  announce(1001, { uploaded: 70, downloaded: 100, left: 0, event: 'completed' })
  const counted = { completed: 1, uploadedBytes: 70, downloadedBytes: 100 }
  expect(tracker.scrape(infoHash)).toMatchObject({ seeders: 1, leechers: 0, ...counted })
  await tracker.close()
  tracker = open()
  expect(tracker.scrape(infoHash)).toMatchObject({ seeders: 1, leechers: 0, ...counted })
  expect(tracker.http.answer(`/scrape?info_hash=${binary(infoHash)}`, somebody).toString('latin1')).toContain(
    '8:completei1e10:downloadedi1e',
  )
})

test('peers survive a restart, and those that were silent for too long are gone', async () => {
  announce(1001, { event: 'started', left: 0 }, infoHash, '10.0.0.1')
  now += 200_000
  announce(1002, { event: 'started' }, infoHash, '2001:db8::1')
  await tracker.close()
  now += 150_000
  tracker = open()
  expect(tracker.peers).toBe(1)
  expect(tracker.scrape(infoHash)).toMatchObject({ seeders: 0, leechers: 1 })
  expect(announce(1003)).toContain('6:peers618:\x20\x01\x0d\xb8')
  now += 400_000
  await tracker.close()
  tracker = open()
  expect(tracker.peers).toBe(0)
})

test('peers that are silent are dropped, and empty swarms with them', async () => {
  announce(1001, { event: 'started' })
  now += 120_000
  announce(1002, { event: 'started' })
  now += 240_000
  tracker.keepHouse()
  expect(tracker.scrape(infoHash)).toMatchObject({ leechers: 1 })
  now += 400_000
  tracker.keepHouse()
  expect(tracker.liveSwarms).toBe(0)
})

describe('over UDP', () => {
  test('a peer connects, announces and scrapes with 64-bit counters, and a forged connection id is refused', async () => {
    await tracker.udp.listen('127.0.0.1', 0)
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    const ask = async (packet: Buffer): Promise<Buffer> => {
      socket.send(packet, tracker.udp.port, '127.0.0.1')
      const [answer] = await once(socket, 'message', { signal: AbortSignal.timeout(5000) })
      return answer
    }
    const head = (id: bigint | Buffer, action: number) => {
      const bytes = Buffer.alloc(16)
      if (typeof id === 'bigint') bytes.writeBigUInt64BE(id)
      else id.copy(bytes)
      bytes.writeUInt32BE(action, 8)
      bytes.writeUInt32BE(77, 12)
      return bytes
    }
    const connected = await ask(head(0x41727101980n, 0))
    const id = connected.subarray(8)
    const body = Buffer.alloc(82)
    Buffer.from(infoHash, 'hex').copy(body)
    body.writeBigUInt64BE(2n ** 40n, 48)
    body.writeBigUInt64BE(5n * 2n ** 32n, 56)
    body.writeUInt32BE(2, 64)
    body.writeInt32BE(-1, 76)
    body.writeUInt16BE(4242, 80)
    announce(1001, { event: 'started', left: 0 })
    const first = await ask(Buffer.concat([head(id, 1), body]))
    expect(first.readUInt32BE(0)).toBe(1)
    expect([first.readUInt32BE(12), first.readUInt32BE(16)]).toEqual([1, 1])
    expect(first.subarray(20)).toEqual(Buffer.from([127, 0, 0, 1, 1001 >> 8, 1001 & 255]))
    body.writeBigUInt64BE(5n * 2n ** 32n + 9n, 56)
    body.writeUInt32BE(0, 64)
    await ask(Buffer.concat([head(id, 1), body]))
    expect(tracker.scrape(infoHash).uploadedBytes).toBe(9)
    const scraped = await ask(Buffer.concat([head(id, 2), Buffer.from(infoHash, 'hex')]))
    expect([scraped.readUInt32BE(8), scraped.readUInt32BE(16)]).toEqual([1, 1])
    const forged = await ask(Buffer.concat([head(Buffer.alloc(8, 7), 1), body]))
    expect(forged.readUInt32BE(0)).toBe(3)
    socket.close()
  })

  test('no packet is anything but a request or nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(3), (bytes, action) => {
        const packet = Buffer.from(bytes)
        if (packet.length >= 12) packet.writeUInt32BE(action, 8)
        const request = decodeRequest(packet)
        if (request?.action === 'announce') expect(request.port).toBeGreaterThan(0)
      }),
    )
  })
})
