import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { silentLogger } from '@repocast/errors'
import { afterEach, describe, expect, test } from 'vitest'
import { addressOf, allPieces, Loopback, noisePack, until } from '../loopback.ts'
import { MemoryStorage } from '../memory-storage.ts'
import { Backoff } from './backoff.ts'
import { blockRanges } from './block-ranges.ts'

const loopback = new Loopback()
const servers: Server[] = []
afterEach(async () => {
  await loopback.close()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

type Answer = (response: ServerResponse, range: { first: number; last: number }, request: IncomingMessage) => void

async function serve(answer: Answer): Promise<string> {
  const server = createServer((request, response) => {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
    answer(response, { first: Number(first), last: Number(last) }, request)
  })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/packs/x`
}

const rangeOf =
  (content: Buffer): Answer =>
  (response, { first, last }) => {
    response.writeHead(206, { 'content-range': `bytes ${first}-${last}/${content.length}` })
    response.end(content.subarray(first, last + 1))
  }

const soon = { limits: { webSeedAfterSeconds: 0 } }

describe('the web seed', () => {
  test('has several addresses: when one fails, the next is asked at once', async () => {
    const { pack, content } = await noisePack(6)
    const dead = await serve(response => response.writeHead(404).end())
    const good = await serve(rangeOf(content))
    const storage = new MemoryStorage(pack)
    const here = (await loopback.swarm(soon)).add({ pack, storage, trackers: [], webSeeds: [dead, good] })
    here.want(allPieces(pack))
    await here.done(allPieces(pack))
    expect(storage.content.equals(content)).toBe(true)
  })

  test('gives a whole pack where there is no peer, in few requests', async () => {
    const { pack, content } = await noisePack(40)
    let requests = 0
    const webSeed = await serve((response, range, request) => {
      requests += 1
      rangeOf(content)(response, range, request)
    })
    const storage = new MemoryStorage(pack)
    const here = (await loopback.swarm(soon)).add({ pack, storage, trackers: [], webSeeds: [webSeed] })
    here.want(allPieces(pack))
    await here.done(allPieces(pack))
    expect(storage.content.equals(content)).toBe(true)
    expect(here.status()).toMatchObject({ fromWebSeedBytes: pack.bytes, downloadedBytes: pack.bytes, wastedBytes: 0 })
    expect(requests).toBeLessThan(4)
  })

  test('gives wanted pieces only', async () => {
    const { pack, content } = await noisePack(10)
    const webSeed = await serve(rangeOf(content))
    const here = (await loopback.swarm(soon)).add({
      pack,
      storage: new MemoryStorage(pack),
      trackers: [],
      webSeeds: [webSeed],
    })
    here.want([1, 2, 9])
    await here.done([1, 2, 9])
    expect(here.status().fromWebSeedBytes).toBe(2 * pack.pieceLength + pack.pieceBytes(9))
  })

  test('what it gave is passed on to peers at once', async () => {
    const { pack, content } = await noisePack(10)
    const webSeed = await serve(rangeOf(content))
    const [a, b] = [await loopback.swarm(soon), await loopback.swarm()]
    const first = a.add({ pack, storage: new MemoryStorage(pack), trackers: [], webSeeds: [webSeed] })
    const second = b.add({ pack, storage: new MemoryStorage(pack), trackers: [] })
    second.want(allPieces(pack))
    await second.addPeer(addressOf(a))
    await until(() => second.status().peers === 1)
    first.want(allPieces(pack))
    await second.done(allPieces(pack))
    expect(second.status().fromMirrorsBytes).toBe(pack.bytes)
  })

  test('is not asked while peers deliver', async () => {
    const { pack, content } = await noisePack(30)
    let requests = 0
    const webSeed = await serve(response => {
      requests += 1
      response.writeHead(503).end()
    })
    const origin = await loopback.swarm({ role: 'origin' })
    origin.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
    const here = (await loopback.swarm()).add({
      pack,
      storage: new MemoryStorage(pack),
      trackers: [],
      webSeeds: [webSeed],
    })
    here.want(allPieces(pack))
    await here.addPeer(addressOf(origin))
    await here.done(allPieces(pack))
    expect(requests).toBe(0)
  })

  test('takes over what a peer that stalls was asked for', async () => {
    const { pack, content } = await noisePack(6)
    const webSeed = await serve(rangeOf(content))
    const stalled = new MemoryStorage(pack, content)
    stalled.read = () => new Promise(() => {})
    const mirror = await loopback.swarm()
    mirror.add({ pack, storage: stalled, trackers: [] })
    const here = (await loopback.swarm({ limits: { webSeedAfterSeconds: 0.5 } })).add({
      pack,
      storage: new MemoryStorage(pack),
      trackers: [],
      webSeeds: [webSeed],
    })
    here.want(allPieces(pack))
    await here.addPeer(addressOf(mirror))
    await here.done(allPieces(pack))
    expect(here.status().fromWebSeedBytes).toBe(pack.bytes)
  })

  test.each<[string, (content: Buffer, requests: number) => Answer]>([
    ['fails at first', () => response => response.writeHead(500).end()],
    ['ignores ranges', content => response => response.writeHead(200).end(content)],
    ['resets the connection', () => (_response, _range, request) => request.socket.destroy()],
    [
      'ends early',
      content => (response, range, request) => rangeOf(content.subarray(0, 40_000))(response, range, request),
    ],
    [
      'answers with another range',
      content =>
        (response, { first, last }, request) =>
          rangeOf(content)(response, { first: first + 1, last: last + 1 }, request),
    ],
  ])('that %s is asked again later, without harm', async (_, bad) => {
    const { pack, content } = await noisePack(6)
    let requests = 0
    const webSeed = await serve((response, range, request) => {
      requests += 1
      const answer = requests === 1 ? bad(content, requests) : rangeOf(content)
      answer(response, range, request)
    })
    const warnings: string[] = []
    const warn = (_fields: object, message: string) => warnings.push(message)
    const swarm = await loopback.swarm({ ...soon, logger: { ...silentLogger, warn } })
    const storage = new MemoryStorage(pack)
    const here = swarm.add({ pack, storage, trackers: [], webSeeds: [webSeed] })
    here.want(allPieces(pack))
    await here.done(allPieces(pack))
    expect(storage.content.equals(content)).toBe(true)
    expect(warnings).toContain('the web seed failed')
  })

  test('that gives wrong bytes is left alone, and a peer gives the right ones', async () => {
    const { pack, content } = await noisePack(6)
    let requests = 0
    const webSeed = await serve((response, range, request) => {
      requests += 1
      rangeOf(Buffer.from(content.map(byte => byte ^ 1)))(response, range, request)
    })
    const storage = new MemoryStorage(pack)
    const here = (await loopback.swarm(soon)).add({ pack, storage, trackers: [], webSeeds: [webSeed] })
    here.want(allPieces(pack))
    await until(() => here.status().wastedBytes > 0)
    const mirror = await loopback.swarm()
    mirror.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
    await here.addPeer(addressOf(mirror))
    await here.done(allPieces(pack))
    expect(storage.content.equals(content)).toBe(true)
    expect(requests).toBeLessThan(4)
  })
})

test('blocks make as few ranges as they can', () => {
  const block = (piece: number, k: number) => ({ piece, block: k, offset: k * 16_384, length: 16_384 })
  const ranges = blockRanges([block(2, 0), block(0, 1), block(1, 0), block(4, 1)], 32_768)
  expect(ranges.map(({ firstByte, bytes, blocks }) => [firstByte, bytes, blocks.length])).toEqual([
    [16_384, 32_768, 2],
    [65_536, 16_384, 1],
    [147_456, 16_384, 1],
  ])
})

test('failures are followed by longer and longer pauses, a success by none', () => {
  const backoff = new Backoff({ firstMs: 1000, mostMs: 8000, random: () => 1 })
  const pauses: number[] = []
  for (let k = 0; k < 5; k += 1) {
    backoff.failed(0)
    let now = 0
    while (!backoff.mayTry(now)) now += 500
    pauses.push(now)
  }
  expect(pauses).toEqual([1000, 2000, 4000, 8000, 8000])
  backoff.succeeded()
  backoff.failed(0)
  expect([backoff.mayTry(999), backoff.mayTry(1000)]).toEqual([false, true])
})
