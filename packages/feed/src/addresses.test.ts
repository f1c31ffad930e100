import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from '@repocast/database'
import { type Logger, silentLogger } from '@repocast/errors'
import { objectIdOf, parseInfoHash, parseRepositoryName, type SnapshotRecord } from '@repocast/objects'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  createTrustFloor,
  Feed,
  FeedRelay,
  Follower,
  type FollowerOptions,
  openTrustDatabase,
  peerPortHeader,
} from './index.ts'

const repository = parseRepositoryName('debian')
const torrent = Buffer.from('a torrent')
const pack = {
  infoHash: parseInfoHash('a'.repeat(40)),
  torrentId: objectIdOf(torrent),
  torrentBytes: torrent.length,
  bytes: 1,
  objects: 1,
}
const recordOf = (serial: number): SnapshotRecord => ({
  repository,
  kind: 'deb',
  serial,
  created: '2026-11-20T08:00:00Z',
  root: { id: objectIdOf(Buffer.from(`root ${serial}`)), size: 1, mode: 0o755, mtime: 0 },
  counts: { files: 1, links: 0, directories: 0 },
  bytes: 1,
  packs: [pack],
  findings: [],
})

/** Gives the files below a directory, until it is told to do otherwise. */
interface Site {
  readonly feedUrl: string
  /** What is below it. */
  directory: string
  answer: 'well' | 'never' | 'tampered' | number
  readonly requests: string[]
}

let directory: string
let feed: Feed
let now: number
const servers: Server[] = []
const databases: Database[] = []
const warnings: object[] = []
const logger: Logger = { ...silentLogger, warn: fields => void warnings.push(fields) }

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'repocast-addresses-'))
  now = Date.now()
  warnings.length = 0
  mkdirSync(join(directory, 'origin', 'feed'), { recursive: true })
  feed = new Feed({
    directory: join(directory, 'origin', 'feed'),
    keysDirectory: join(directory, 'keys'),
    clock: () => new Date(now),
  })
  await feed.create()
})
afterEach(() => {
  for (const database of databases.splice(0)) database.close()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
  rmSync(directory, { recursive: true })
})

async function serve(of: string, peerPort?: number): Promise<Site> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    requests.push(path)
    if (site.answer === 'never') return
    if (typeof site.answer === 'number') return response.writeHead(site.answer).end()
    try {
      const isTorrent = path.startsWith('/torrents/')
      const bytes = isTorrent ? Buffer.from(torrent) : readFileSync(join(site.directory, path.slice('/feed/'.length)))
      const etag = `"${objectIdOf(bytes)}"`
      if (request.headers['if-none-match'] === etag) return response.writeHead(304).end()
      const at = Math.max(0, bytes.length - 80)
      if (site.answer === 'tampered') bytes[at] = (bytes[at] ?? 0) ^ 1
      return response.writeHead(200, { etag, ...(peerPort && { [peerPortHeader]: peerPort }) }).end(bytes)
    } catch {
      return response.writeHead(404).end()
    }
  })
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const feedUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/feed/`
  const site: Site = { feedUrl, directory: of, answer: 'well', requests }
  return site
}

const originDirectory = () => join(directory, 'origin', 'feed')

async function follow(
  name: string,
  sites: readonly Site[],
  options: Partial<FollowerOptions> = {},
): Promise<{ follower: Follower; relayed: string }> {
  const [first, ...others] = sites
  const rootFingerprint = await feed.rootFingerprint()
  const link = {
    feedUrl: first?.feedUrl ?? '',
    otherFeedUrls: others.map(({ feedUrl }) => feedUrl),
    repository,
    rootFingerprint,
  }
  const trust = openTrustDatabase(join(directory, `${name}.sqlite`))
  databases.push(trust)
  const relayed = join(directory, name, 'relay')
  const follower = new Follower({
    link,
    directory: join(directory, name),
    floor: createTrustFloor(trust, rootFingerprint),
    clock: () => new Date(now),
    relay: new FeedRelay(relayed),
    random: () => 0.5,
    patience: { silenceMs: 300, laggardMs: 100 },
    logger,
    ...options,
  })
  return { follower, relayed }
}

describe('of several addresses', () => {
  test('the one with the newest is taken, wherever it stands in the list', async () => {
    await feed.publish(recordOf(1))
    cpSync(originDirectory(), join(directory, 'old'), { recursive: true })
    await feed.publish(recordOf(2))
    const [old, origin] = [await serve(join(directory, 'old')), await serve(originDirectory())]
    const { follower } = await follow('mirror', [old, origin])
    expect((await follower.refresh()).record?.serial).toBe(2)
    expect(follower.addresses().map(({ state }) => state)).toEqual(['behind', 'good'])
    expect(warnings).toEqual([])
    now += 20 * 60_000
    await follower.refresh()
    await follower.refresh()
    expect(warnings).toMatchObject([{ feed: old.feedUrl, version: 2, newest: 3 }])
    origin.answer = 503
    await expect(follower.refresh()).rejects.toMatchObject({
      message: expect.stringMatching(/timestamp 2, and 3 was seen before; .*status 503/),
    })
  })

  test.each(['never', 503, 'tampered'] as const)(
    'one that answers %s is left alone, told once, and taken again',
    async how => {
      await feed.publish(recordOf(1))
      const [bad, good] = [await serve(originDirectory()), await serve(originDirectory())]
      const { follower } = await follow('mirror', [bad, good])
      bad.answer = how
      expect((await follower.refresh()).record?.serial).toBe(1)
      await feed.publish(recordOf(2))
      bad.requests.length = 0
      expect((await follower.refresh()).record?.serial).toBe(2)
      expect(bad.requests).toEqual([])
      now += 3_600_000
      await follower.refresh()
      expect(bad.requests[0]).toBe('/feed/timestamp.json')
      expect(new Set(warnings.map(one => ('feed' in one ? one.feed : '')))).toEqual(new Set([bad.feedUrl]))
      expect(follower.addresses()).toMatchObject([{ state: 'failing' }, { state: 'good' }])
      bad.answer = 'well'
      good.answer = 'never'
      now += 3_600_000
      await feed.publish(recordOf(3))
      expect((await follower.refresh()).record?.serial).toBe(3)
      expect(follower.addresses()).toMatchObject([{ state: 'good' }, { state: 'failing' }])
    },
  )

  test('a .torrent comes from whichever has it, and nothing changes while all say so', async () => {
    await feed.publish(recordOf(1))
    const [one, two] = [await serve(originDirectory()), await serve(originDirectory())]
    const { follower } = await follow('mirror', [one, two])
    await follower.refresh()
    expect(await follower.refresh()).toMatchObject({ changed: false, isNews: false })
    one.answer = 'tampered'
    expect(await follower.fetchTorrent(pack)).toEqual(torrent)
    expect(two.requests.at(-1)).toBe(`/torrents/${pack.infoHash}.torrent`)
    two.answer = 404
    await expect(follower.fetchTorrent(pack)).rejects.toMatchObject({ code: 'REPOCAST_TORRENT_MISMATCH' })
  })

  test('all are asked when all have failed just before, and an abort ends it', async () => {
    await feed.publish(recordOf(1))
    const sites = [await serve(originDirectory()), await serve(originDirectory())]
    const { follower } = await follow('mirror', sites)
    for (const site of sites) site.answer = 500
    await expect(follower.refresh()).rejects.toMatchObject({ code: 'REPOCAST_FEED_UNREACHABLE' })
    for (const site of sites) site.answer = 'well'
    expect((await follower.refresh()).record?.serial).toBe(1)
    for (const site of sites) site.answer = 'never'
    const stop = new AbortController()
    const refresh = follower.refresh({ signal: stop.signal })
    stop.abort(new Error('stopped'))
    await expect(refresh).rejects.toThrow('stopped')
  })
})

describe('what a mirror gives on', () => {
  test('is enough for a new mirror, and for one behind that, when the origin is gone; and every byte is the signed one', async () => {
    await feed.publish(recordOf(1))
    await feed.moveChannel(repository, 'stable', 1)
    await feed.publish(recordOf(2))
    const origin = await serve(originDirectory())
    const first = await follow('first', [origin])
    await first.follower.refresh()
    expect(first.follower.packOf(pack.infoHash)).toEqual(pack)
    origin.answer = 503
    const relay = await serve(first.relayed, 6881)
    const second = await follow('second', [relay, origin])
    expect((await second.follower.refresh()).record).toEqual(recordOf(2))
    expect(second.follower.peers()).toEqual(['127.0.0.1:6881'])
    const third = await follow('third', [await serve(second.relayed)])
    expect((await third.follower.refresh()).record).toEqual(recordOf(2))
    for (const name of filesBelow(third.relayed)) {
      expect(readFileSync(join(third.relayed, name)), name).toEqual(readFileSync(join(originDirectory(), name)))
    }
    expect(filesBelow(third.relayed).some(name => /channels/.test(name))).toBe(true)
  })

  test('holds all roots, also for who comes when the keys were signed anew, and who had none of them', async () => {
    const origin = await serve(originDirectory())
    await feed.publish(recordOf(1))
    const before = await follow('before', [origin], { relay: undefined })
    await before.follower.refresh()
    now += 200 * 24 * 3_600_000
    expect(await feed.refresh()).toContain('root')
    now -= 200 * 24 * 3_600_000
    await before.follower.refresh()
    databases.pop()?.close()
    const { follower, relayed } = await follow('before', [origin])
    await follower.refresh()
    expect(filesBelow(relayed)).toEqual(expect.arrayContaining(['1.root.json', '2.root.json']))
    const downstream = await follow('downstream', [await serve(relayed)])
    expect((await downstream.follower.refresh()).record?.serial).toBe(1)
  })

  test('does not grow, and is never ahead of what was verified', async () => {
    const origin = await serve(originDirectory())
    const { follower, relayed } = await follow('mirror', [origin])
    for (let serial = 1; serial <= 12; serial += 1) {
      await feed.publish(recordOf(serial))
      await follower.refresh()
    }
    expect(filesBelow(relayed).length).toBeLessThan(25)
    await feed.publish(recordOf(13))
    const before = readFileSync(join(relayed, 'timestamp.json'))
    origin.answer = 'tampered'
    await expect(follower.refresh()).rejects.toMatchObject({ code: /REPOCAST_FEED_/ })
    expect(readFileSync(join(relayed, 'timestamp.json'))).toEqual(before)
    const relay = new FeedRelay(relayed)
    expect(await relay.file('timestamp.json')).toEqual(before)
    for (const name of ['../current/root.json', 'timestamp.json/', '0.root.json', 'targets/debian/../x.json', ''])
      expect(await relay.file(name), name).toBeUndefined()
  })

  test('is good for a day without the origin at any time, and refused when it has expired', async () => {
    const hour = 3_600_000
    await feed.publish(recordOf(1))
    const { follower, relayed } = await follow('mirror', [await serve(originDirectory())])
    await follower.refresh()
    // what is signed lives for seven days and is signed again when less than half is left
    now += 3.4 * 24 * hour
    expect(await feed.refresh()).toEqual([])
    const relay = await serve(relayed)
    const downstream = await follow('downstream', [relay])
    now += 24 * hour
    expect((await downstream.follower.refresh()).record?.serial).toBe(1)
    expect(await downstream.follower.refresh()).toMatchObject({ isNews: false })
    now += 3 * 24 * hour
    await expect(downstream.follower.refresh()).rejects.toMatchObject({ code: 'REPOCAST_FEED_EXPIRED' })
  })
})

function filesBelow(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).filter(name => statSync(join(path, name)).isFile())
}
