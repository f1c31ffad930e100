import { createServer, type RequestListener, type Server } from 'node:http'
import { silentLogger } from '@repocast/errors'
import { parseInfoHash } from '@repocast/objects'
import { afterEach, describe, expect, test } from 'vitest'
import { until } from '../loopback.ts'
import { announceUrl } from './announce-request.ts'
import { parseAnnounceResponse } from './announce-response.ts'
import type { Announced, Announcer } from './announcement.ts'
import { askTracker } from './ask-tracker.ts'
import { Gate } from './gate.ts'
import { secondsAfterAnswer, secondsAfterFailure } from './schedule.ts'
import { type PackAnnouncements, Trackers } from './trackers.ts'

const infoHash = parseInfoHash('00ff4120'.repeat(5))
const peerId = Buffer.from('-RC0001-abcdefghij&=').toString('hex')
const request = {
  infoHash,
  peerId,
  port: 6881,
  uploaded: 5_000_000_000,
  downloaded: 1,
  left: 7,
  event: 'started',
  peersWanted: 50,
  address: undefined,
  key: '0abc',
  trackerId: undefined,
} as const

describe('an announce', () => {
  test('carries the info-hash and peer id byte by byte, and large amounts in full', () => {
    const url = announceUrl('http://t.example/announce', request)
    expect(url).toBe(
      `http://t.example/announce?info_hash=${'%00%ff%41%20'.repeat(5)}&peer_id=%2d%52%43%30%30%30%31%2d%61%62%63%64%65%66%67%68%69%6a%26%3d` +
        '&port=6881&uploaded=5000000000&downloaded=1&left=7&compact=1&numwant=50&key=0abc&event=started',
    )
  })

  test('keeps what stands in the address of the tracker', () => {
    const full = { ...request, event: undefined, address: '2001:db8::1', trackerId: 'a b' }
    const url = announceUrl('https://t.example/a?passkey=x%20y#z', full)
    expect(url).toMatch(/^https:\/\/t\.example\/a\?passkey=x%20y&info_hash=%00.*&ip=2001%3Adb8%3A%3A1&trackerid=a%20b$/)
  })
})

const answer = (text: string) => Buffer.from(text, 'latin1')

describe('an answer', () => {
  test('names peers in compact form (BEP 23), of IPv6 (BEP 7), and as a list', () => {
    const v4 = '\x0a\x00\x00\x01\x1a\xe1' + '\xc0\x00\x02\x07\x00\x00' // the second one has no port
    const v6 = '\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x1a\xe1'
    expect(parseAnnounceResponse(answer(`d8:intervali90e5:peers12:${v4}6:peers618:${v6}e`))).toMatchObject({
      intervalSeconds: 90,
      peers: ['10.0.0.1:6881', '[2001:db8::1]:6881'],
    })
    const listed = 'd5:peersld2:ip8:10.0.0.24:porti80eed2:ip9:localhost4:porti80eed2:ip3:::14:porti0eeee'
    expect(parseAnnounceResponse(answer(listed)).peers).toEqual(['10.0.0.2:80'])
  })

  test('tells of refusals, warnings, intervals and counts', () => {
    expect(parseAnnounceResponse(answer('d14:failure reason4:no!?8:retry in5:nevere'))).toMatchObject({
      failure: 'no!?',
      retrySeconds: Number.POSITIVE_INFINITY,
    })
    const full = 'd8:completei3e10:incompletei4e12:min intervali30e10:tracker id2:xy15:warning message2:hmm?e'
    expect(() => parseAnnounceResponse(answer(full))).toThrow()
    expect(parseAnnounceResponse(answer(full.replace('2:hmm?', '4:hmm?')))).toMatchObject({
      seeders: 3,
      leechers: 4,
      minIntervalSeconds: 30,
      trackerId: 'xy',
      warning: 'hmm?',
    })
    const partial = 'd8:completei3e11:downloadersi1e10:incompletei4e8:intervali90ee'
    expect(parseAnnounceResponse(answer(partial)).leechers).toBe(1)
  })

  test.each([
    '',
    'e',
    'd',
    'i1e',
    'le',
    'd5:peers',
    'd5:peers99:xe',
    'di1ei2ee',
    `${'l'.repeat(5000)}`,
    'd1:ai99999999999999999999ee',
    'dede',
  ])('that is %j is an error', text => {
    expect(() => parseAnnounceResponse(answer(text))).toThrow()
  })

  test('with values of other types is taken for what is left of it', () => {
    expect(parseAnnounceResponse(answer('d8:interval2:xx5:peersi7e6:peers6le4:nonei-1ee'))).toMatchObject({
      intervalSeconds: undefined,
      peers: [],
    })
  })
})

describe('the next announce', () => {
  const random = () => 0
  test('comes when the tracker says, never within five seconds', () => {
    const at = (seconds: number | undefined) =>
      secondsAfterAnswer({ intervalSeconds: seconds, minIntervalSeconds: undefined }, { isHungry: false, random })
    expect([at(120), at(0), at(undefined), at(1e12)]).toEqual([120, 5, 1800, 86_400])
  })
  test('comes earlier for who lacks pieces and knows nobody, as the tracker allows', () => {
    const at = (minIntervalSeconds: number | undefined) =>
      secondsAfterAnswer({ intervalSeconds: 900, minIntervalSeconds }, { isHungry: true, random })
    expect([at(undefined), at(30), at(1200)]).toEqual([60, 30, 900])
  })
  test('after failures comes later and later, up to half an hour, or as told', () => {
    const after = [1, 2, 3, 50].map(failures => secondsAfterFailure(failures, undefined, () => 1))
    expect(after).toEqual([5, 10, 20, 1800])
    expect(secondsAfterFailure(1, 600, random)).toBe(600)
  })
})

const servers: Server[] = []
const running: PackAnnouncements[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map(announcements => announcements.stop()))
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function serve(handler: RequestListener): Promise<string> {
  const server = createServer(handler)
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/announce`
}

const options = () => ({ fetch: globalThis.fetch, timeoutMs: 5000, signal: new AbortController().signal })

describe('a tracker that', () => {
  test.each<[string, RequestListener]>([
    ['resets the connection', request => request.socket.destroy()],
    [
      'resets the connection in the middle of its answer',
      (request, response) => {
        response.writeHead(200, { 'content-length': 500 })
        response.write('d8:interval')
        setImmediate(() => request.socket.resetAndDestroy())
      },
    ],
    ['answers with garbage', (_, response) => response.end('<html>')],
    ['answers with nothing', (_, response) => response.end()],
    ['answers with an error', (_, response) => response.writeHead(503).end('busy')],
    [
      'never stops answering',
      (_, response) => {
        const more = () => response.write(Buffer.alloc(65_536), () => setImmediate(more))
        more()
      },
    ],
    ['redirects for ever', (request, response) => response.writeHead(302, { location: request.url }).end()],
  ])('%s fails with a code', async (_, handler) => {
    await expect(askTracker(await serve(handler), request, options())).rejects.toMatchObject({
      code: 'REPOCAST_SWARM_TRACKER_FAILED',
    })
  })

  test('is silent fails in time', async () => {
    const tracker = await serve(() => {})
    await expect(askTracker(tracker, request, { ...options(), timeoutMs: 50 })).rejects.toMatchObject({
      code: 'REPOCAST_SWARM_TRACKER_FAILED',
    })
  })

  test('refuses with status 400 is understood', async () => {
    const tracker = await serve((_, response) => response.writeHead(400).end('d14:failure reason2:noe'))
    expect((await askTracker(tracker, request, options())).failure).toBe('no')
  })
})

/** A tracker that writes down what it is told, and a pack at it. */
async function announced(state: Partial<ReturnType<Announced['state']>> = {}) {
  const heard: URLSearchParams[] = []
  const tracker = await serve((request, response) => {
    heard.push(new URL(request.url ?? '', 'http://x').searchParams)
    response.end(Buffer.from('d8:intervali1800e5:peers6:\x0a\x00\x00\x01\x1a\xe1e', 'latin1'))
  })
  const found: string[] = []
  const announcer: Announcer = {
    peerId,
    port: 6881,
    address: undefined,
    key: '1',
    random: () => 0,
    fetch: globalThis.fetch,
    logger: silentLogger,
  }
  const pack: Announced = {
    infoHash,
    state: () => ({
      uploaded: 1,
      downloaded: 2,
      left: 3,
      peersWanted: 20,
      isPartialSeed: false,
      isUrgent: true,
      isHungry: false,
      ...state,
    }),
    found: peers => found.push(...peers),
  }
  const announcements = new Trackers(announcer).announce(pack, [tracker, tracker, 'udp://127.0.0.1:1/announce', 'x'])
  running.push(announcements)
  return { heard, found, announcements, events: () => heard.map(query => query.get('event')) }
}

test('urgent announces pass those that wait', async () => {
  const gate = new Gate(1)
  const order: string[] = []
  const run = (name: string, isUrgent: boolean) =>
    gate.run(async () => {
      order.push(name)
    }, isUrgent)
  await Promise.all([run('first', false), run('idle', false), run('urgent', true)])
  expect(order).toEqual(['first', 'urgent', 'idle'])
})

describe('a pack', () => {
  test('is announced as started once, then without event, and takes leave', async () => {
    const { found, announcements, events, heard } = await announced()
    await until(() => found.length === 1)
    announcements.now()
    await until(() => found.length === 2)
    await announcements.stop()
    expect(events()).toEqual(['started', null, 'stopped'])
    expect(heard.map(query => query.get('left'))).toEqual(['3', '3', '3'])
    expect(found[0]).toBe('10.0.0.1:6881')
  })

  test('is announced as completed once, after it was started', async () => {
    const { found, announcements, events } = await announced()
    announcements.completed()
    await until(() => found.length === 2)
    announcements.now()
    await until(() => found.length === 3)
    expect(events()).toEqual(['started', 'completed', null])
  })

  test('of which nothing more is wanted is announced as paused each time, once the tracker knows it (BEP 21)', async () => {
    const { found, announcements, events } = await announced({ isPartialSeed: true })
    for (const answers of [1, 2, 3]) {
      await until(() => found.length === answers)
      announcements.now()
    }
    await until(() => found.length === 4)
    await announcements.stop()
    expect(events()).toEqual(['started', 'paused', 'paused', 'paused', 'stopped'])
  })

  test('that no tracker heard of takes no leave', async () => {
    const { announcements, heard } = await announced()
    await announcements.stop()
    expect(heard).toEqual([])
  })
})
