import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from '@repocast/database'
import { objectIdOf, parseRepositoryName, type SnapshotRecord } from '@repocast/objects'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTrustFloor, Feed, Follower, formatLink, openTrustDatabase, parseLink } from './index.ts'

const repository = parseRepositoryName('debian')
const recordOf = (serial: number, text = ''): SnapshotRecord => ({
  repository,
  kind: 'deb',
  serial,
  created: '2026-11-20T08:00:00Z',
  root: { id: objectIdOf(Buffer.from(`root ${serial} ${text}`)), size: 1, mode: 0o755, mtime: 0 },
  counts: { files: 1, links: 0, directories: 0 },
  bytes: 1,
  packs: [],
  findings: [],
})

let directory: string
let server: Server
let feed: Feed
let trust: Database
/** Changes what the server answers: the bytes of a path, or a status. */
let tamper: ((path: string, bytes: Buffer) => Buffer | number) | undefined
let requests: string[]
let now: () => Date

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'repocast-feed-'))
  tamper = undefined
  requests = []
  now = () => new Date()
  feed = new Feed({ directory: join(directory, 'feed'), keysDirectory: join(directory, 'keys'), clock: () => now() })
  cpSync('/dev/null', join(directory, 'placeholder'))
  await import('node:fs/promises').then(fs => fs.mkdir(join(directory, 'feed')))
  await feed.create()
  trust = openTrustDatabase(join(directory, 'trust.sqlite'))
  server = createServer((request, response) => {
    requests.push(request.url ?? '')
    try {
      const bytes = readFileSync(join(directory, request.url ?? ''))
      const changed = tamper?.(request.url ?? '', bytes) ?? bytes
      const etag = `"${objectIdOf(bytes)}"`
      if (typeof changed === 'number') response.writeHead(changed).end()
      else if (request.headers['if-none-match'] === etag) response.writeHead(304).end()
      else response.writeHead(200, { etag }).end(changed)
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  trust.close()
  await new Promise(resolve => server.close(resolve))
  server.closeAllConnections()
  rmSync(directory, { recursive: true })
})

async function linkOf() {
  const feedUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/feed/`
  return { feedUrl, repository, rootFingerprint: await feed.rootFingerprint() }
}

async function follower(name = 'mirror', aim: { channel?: string; hold?: number } = {}): Promise<Follower> {
  const { hold, ...named } = aim
  const link = { ...(await linkOf()), ...named }
  const floor = createTrustFloor(trust, link.rootFingerprint)
  return new Follower({ link, directory: join(directory, name), floor, clock: () => now(), hold })
}

const committed = (name = 'mirror') => readFileSync(join(directory, name, 'current', 'timestamp.json'), 'utf8')

test('what is published is what a mirror sees, and an unchanged feed costs one small request', async () => {
  const mirror = await follower()
  expect(await mirror.refresh()).toMatchObject({ changed: false, record: undefined })
  await feed.publish(recordOf(1))
  await feed.publish(recordOf(2))
  expect(await mirror.refresh()).toMatchObject({ changed: true, isNews: true, newest: 2, record: recordOf(2) })
  requests.length = 0
  expect(await mirror.refresh()).toMatchObject({ changed: false, isNews: false, record: recordOf(2) })
  expect(requests).toEqual(['/feed/timestamp.json'])
  expect((await (await follower()).refresh()).record).toEqual(recordOf(2))
  expect(await feed.serials(repository)).toEqual([1, 2])
  expect(await feed.record(repository, 1)).toEqual(recordOf(1))
})

test('many publishes do not let the directory of metadata grow', async () => {
  for (let serial = 1; serial <= 30; serial += 1) await feed.publish(recordOf(serial))
  expect(readdirSync(join(directory, 'feed')).length).toBeLessThan(25)
})

test('looks at the same time do not take the metadata from each other', async () => {
  const mirror = await follower()
  for (let serial = 1; serial <= 6; serial += 1) {
    await feed.publish(recordOf(serial))
    const looks = await Promise.all([mirror.refresh(), mirror.refresh(), mirror.refresh()])
    expect(looks.map(({ record }) => record?.serial)).toEqual([serial, serial, serial])
    expect(committed()).toContain('signed')
  }
})

test('metadata that is gone is fetched again', async () => {
  await feed.publish(recordOf(1))
  await (await follower()).refresh()
  for (const name of readdirSync(join(directory, 'mirror'))) {
    if (name.startsWith('metadata-')) rmSync(join(directory, 'mirror', name), { recursive: true })
  }
  expect((await (await follower()).refresh()).record).toEqual(recordOf(1))
})

test('records that are withdrawn are gone, the newest stays, and mirrors go on', async () => {
  for (let serial = 1; serial <= 4; serial += 1) await feed.publish(recordOf(serial))
  const mirror = await follower()
  await mirror.refresh()
  await feed.withdraw([recordOf(1), recordOf(3)])
  expect(await feed.serials(repository)).toEqual([2, 4])
  expect(readdirSync(join(directory, 'feed', 'targets', repository))).toHaveLength(2)
  await expect(feed.record(repository, 3)).rejects.toMatchObject({ code: 'REPOCAST_SNAPSHOT_UNKNOWN' })
  expect(await mirror.refresh()).toMatchObject({ changed: false, record: recordOf(4) })
  expect((await (await follower('new')).refresh()).record).toEqual(recordOf(4))
  await expect(feed.withdraw([recordOf(4)])).rejects.toMatchObject({ code: 'REPOCAST_SNAPSHOT_NEWEST' })
  expect(await feed.serials(repository)).toEqual([2, 4])
})

test('files of records that a killed call has left are removed', async () => {
  for (let serial = 1; serial <= 2; serial += 1) await feed.publish(recordOf(serial))
  const targets = join(directory, 'feed', 'targets', repository)
  writeFileSync(join(targets, `${'0'.repeat(64)}.9.json`), 'a record that was never published')
  await feed.withdraw([])
  expect(readdirSync(targets)).toHaveLength(2)
  expect(await feed.serials(repository)).toEqual([1, 2])
})

describe('a feed that is not right changes nothing', () => {
  const flip = (pattern: RegExp) => (path: string, bytes: Buffer) => {
    if (!pattern.test(path)) return bytes
    const changed = Buffer.from(bytes)
    const at = changed.indexOf(Buffer.from('"sig":"')) + 8
    changed[at] = changed[at] === 0x30 ? 0x31 : 0x30
    return changed
  }

  test.each([
    ['timestamp', flip(/timestamp/), 'REPOCAST_FEED_BAD_SIGNATURE'],
    ['snapshot', flip(/snapshot\.json/), /REPOCAST_FEED_(BAD_SIGNATURE|MALFORMED)/],
    ['targets', flip(/\d\.targets/), /REPOCAST_FEED_(BAD_SIGNATURE|MALFORMED)/],
    ['garbage', (p: string, b: Buffer) => (/timestamp/.test(p) ? Buffer.from('<html>') : b), 'REPOCAST_FEED_MALFORMED'],
    [
      'record',
      (p: string, b: Buffer) => (/debian/.test(p) ? Buffer.from(b.toString().replace('deb', 'yum')) : b),
      'REPOCAST_FEED_BAD_SIGNATURE',
    ],
    ['status 500', (p: string, b: Buffer) => (/targets/.test(p) ? 500 : b), 'REPOCAST_FEED_UNREACHABLE'],
    ['too long', (p: string, b: Buffer) => (/debian/.test(p) ? Buffer.concat([b, b]) : b), 'REPOCAST_FEED_TOO_BIG'],
  ])('%s', async (_, change, code) => {
    const mirror = await follower()
    await feed.publish(recordOf(1))
    await mirror.refresh()
    const before = committed()
    await feed.publish(recordOf(2))
    tamper = change
    await expect(mirror.refresh()).rejects.toMatchObject({ code: expect.stringMatching(code) })
    expect(committed()).toBe(before)
    expect(readdirSync(join(directory, 'mirror')).filter(name => name !== 'current')).toHaveLength(1)
    tamper = undefined
    expect((await mirror.refresh()).record?.serial).toBe(2)
  })

  test('an older feed is refused, also by a mirror that lost its metadata', async () => {
    await feed.publish(recordOf(1))
    cpSync(join(directory, 'feed'), join(directory, 'old'), { recursive: true })
    await feed.publish(recordOf(2))
    const mirror = await follower()
    await mirror.refresh()
    rmSync(join(directory, 'feed'), { recursive: true })
    cpSync(join(directory, 'old'), join(directory, 'feed'), { recursive: true })
    await expect(mirror.refresh()).rejects.toMatchObject({ code: 'REPOCAST_FEED_ROLLED_BACK' })
    await expect((await follower('fresh')).refresh()).rejects.toMatchObject({ code: 'REPOCAST_FEED_ROLLED_BACK' })
  })

  test('an expired feed is refused, also when it answers that nothing has changed', async () => {
    now = () => new Date(Date.now() - 8 * 24 * 3600 * 1000)
    await feed.publish(recordOf(1))
    now = () => new Date()
    await expect((await follower()).refresh()).rejects.toMatchObject({ code: 'REPOCAST_FEED_EXPIRED' })
    expect(await feed.refresh()).toContain('timestamp')
    const mirror = await follower()
    await mirror.refresh()
    now = () => new Date(Date.now() + 8 * 24 * 3600 * 1000)
    await expect(mirror.refresh()).rejects.toMatchObject({ code: 'REPOCAST_FEED_EXPIRED' })
  })

  test('another root than the link names is refused', async () => {
    const link = { ...(await linkOf()), rootFingerprint: 'a'.repeat(64) }
    const floor = createTrustFloor(trust, link.rootFingerprint)
    const mirror = new Follower({ link, directory: join(directory, 'x'), floor, clock: () => now() })
    await expect(mirror.refresh()).rejects.toMatchObject({ code: 'REPOCAST_FEED_WRONG_ROOT' })
  })

  test('an origin that is gone is told as such', async () => {
    const link = { ...(await linkOf()), feedUrl: 'http://127.0.0.1:1/feed/' }
    const floor = createTrustFloor(trust, link.rootFingerprint)
    const mirror = new Follower({ link, directory: join(directory, 'x'), floor, clock: () => now() })
    await expect(mirror.refresh()).rejects.toMatchObject({ code: 'REPOCAST_FEED_UNREACHABLE' })
  })
})

test('metadata is signed again before it expires, and root without its key is left alone', async () => {
  await feed.publish(recordOf(1))
  expect(await feed.refresh()).toEqual([])
  now = () => new Date(Date.now() + 4 * 24 * 3600 * 1000)
  expect(await feed.refresh()).toEqual(['snapshot', 'timestamp'])
  rmSync(join(directory, 'keys', 'root.pem'))
  now = () => new Date(Date.now() + 200 * 24 * 3600 * 1000)
  expect(await feed.refresh()).toEqual(['targets', 'snapshot', 'timestamp'])
  await feed.publish(recordOf(2))
  now = () => new Date()
  expect((await (await follower()).refresh()).record?.serial).toBe(2)
})

test('a publish that was killed before the switch is not seen, and the next one goes on', async () => {
  await feed.publish(recordOf(1))
  const switchFile = readFileSync(join(directory, 'feed', 'timestamp.json'))
  await feed.publish(recordOf(2, 'killed'))
  writeFileSync(join(directory, 'feed', 'timestamp.json'), switchFile)
  const mirror = await follower()
  expect((await mirror.refresh()).record).toEqual(recordOf(1))
  await feed.publish(recordOf(2))
  expect((await mirror.refresh()).record).toEqual(recordOf(2))
})

describe('channels', () => {
  beforeEach(async () => {
    for (const serial of [1, 2, 3]) await feed.publish(recordOf(serial))
  })

  test('a mirror goes where its channel points, forward and back, and no further', async () => {
    const mirror = await follower('stable', { channel: 'stable' })
    await feed.moveChannel(repository, 'stable', 2)
    expect((await mirror.refresh()).record).toEqual(recordOf(2))
    await feed.publish(recordOf(4))
    expect(await mirror.refresh()).toMatchObject({ changed: false, record: recordOf(2) })
    await feed.moveChannel(repository, 'testing', 4)
    await feed.moveChannel(repository, 'stable', 3)
    expect(await mirror.refresh()).toMatchObject({ changed: true, record: recordOf(3) })
    await feed.moveChannel(repository, 'stable', 1)
    expect(await mirror.refresh()).toMatchObject({ changed: true, record: recordOf(1) })
    expect(await feed.channels(repository)).toMatchObject({ revision: 4 })
    expect((await (await follower('newest')).refresh()).record).toEqual(recordOf(4))
  })

  test('a move to where a channel is makes no revision, and one to what is not published is refused', async () => {
    await feed.moveChannel(repository, 'stable', 2)
    expect(await feed.moveChannel(repository, 'stable', 2)).toMatchObject({ revision: 1 })
    await expect(feed.moveChannel(repository, 'stable', 9)).rejects.toMatchObject({ code: 'REPOCAST_SNAPSHOT_UNKNOWN' })
    await expect(feed.moveChannel(repository, 'x', undefined)).rejects.toMatchObject({
      code: 'REPOCAST_CHANNEL_UNKNOWN',
    })
    expect((await feed.moveChannel(repository, 'stable', undefined)).serials).toEqual(new Map())
  })

  test('a channel that is not there is told, and followed as soon as it is', async () => {
    const mirror = await follower('stable', { channel: 'stable' })
    await expect(mirror.refresh()).rejects.toMatchObject({ code: 'REPOCAST_CHANNEL_UNKNOWN' })
    await feed.moveChannel(repository, 'stable', 2)
    expect((await mirror.refresh()).record).toEqual(recordOf(2))
    await feed.moveChannel(repository, 'stable', undefined)
    await expect(mirror.refresh()).rejects.toMatchObject({ code: 'REPOCAST_CHANNEL_UNKNOWN' })
  })

  test('old channels are refused, even when all metadata is signed anew with higher versions', async () => {
    await feed.moveChannel(repository, 'stable', 1)
    cpSync(join(directory, 'feed'), join(directory, 'old'), { recursive: true })
    await feed.moveChannel(repository, 'stable', 3)
    const mirror = await follower('stable', { channel: 'stable' })
    await mirror.refresh()
    rmSync(join(directory, 'feed'), { recursive: true })
    cpSync(join(directory, 'old'), join(directory, 'feed'), { recursive: true })
    await expect(mirror.refresh()).rejects.toMatchObject({ code: 'REPOCAST_FEED_ROLLED_BACK' })
    for (const serial of [4, 5, 6]) await feed.publish(recordOf(serial))
    await expect(mirror.refresh()).rejects.toMatchObject({
      code: 'REPOCAST_FEED_ROLLED_BACK',
      message: expect.stringContaining('channels debian 1, and 2 was seen before'),
    })
  })

  test('channels that were changed on the way are refused', async () => {
    await feed.moveChannel(repository, 'stable', 1)
    const mirror = await follower('stable', { channel: 'stable' })
    tamper = (path, bytes) => (/channels/.test(path) ? Buffer.from(bytes.toString().replace(':1}', ':3}')) : bytes)
    await expect(mirror.refresh()).rejects.toMatchObject({ code: 'REPOCAST_FEED_BAD_SIGNATURE' })
  })

  test('a mirror that holds stays at its serial, which has to be published', async () => {
    const mirror = await follower('held', { hold: 2 })
    expect((await mirror.refresh()).record).toEqual(recordOf(2))
    await feed.publish(recordOf(4))
    expect(await mirror.refresh()).toMatchObject({ changed: false, record: recordOf(2) })
    const other = await follower('other', { hold: 7 })
    await expect(other.refresh()).rejects.toMatchObject({ code: 'REPOCAST_SNAPSHOT_UNKNOWN' })
  })
})

test('a link reads back as it was written', () => {
  const name = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,20}$/)
  fc.assert(
    fc.property(fc.webUrl(), name, fc.stringMatching(/^[0-9a-f]{64}$/), (base, repo, rootFingerprint) => {
      const url = new URL(`${base.replace(/[?#].*$/, '').replace(/\/*$/, '')}/feed/`)
      const link = { feedUrl: url.href, repository: parseRepositoryName(repo), rootFingerprint }
      expect(parseLink(` ${formatLink(link)}\n`)).toEqual(link)
      const named = { ...link, channel: 'stable' }
      expect(parseLink(formatLink(named))).toEqual(named)
      expect(formatLink(named)).toContain('#1:')
      const several = {
        ...named,
        otherFeedUrls: ['http://mirror.example.org:8081/feed/a,b/', 'https://[2001:db8::1]/'],
      }
      expect(parseLink(formatLink(several))).toEqual(several)
      expect(formatLink(several)).toContain('#2:')
      expect(formatLink({ ...link, otherFeedUrls: [link.feedUrl] })).toBe(formatLink(link))
      expect(() => parseLink(formatLink(link).slice(0, -1))).toThrow(/cut off/)
    }),
  )
  const tail = `debian:${'a'.repeat(64)}`
  for (const bad of [
    `repocast+http://a.example.org/feed/,ftp://b.example.org/feed/#2:${tail}`,
    `repocast+http://a.example.org/feed/,http://b.example.org/feed#2:${tail}`,
    `repocast+${Array.from({ length: 17 }, (_, k) => `http://h${k}/feed/`).join(',')}#2:${tail}`,
  ])
    expect(() => parseLink(bad), bad).toThrow(expect.objectContaining({ code: 'REPOCAST_LINK_MALFORMED' }))
  expect(() => parseLink(`repocast+http://a/feed/#3:${tail}`)).toThrow(
    expect.objectContaining({ code: 'REPOCAST_FORMAT_TOO_NEW' }),
  )
  expect(() => parseLink('http://example.org/')).toThrow(expect.objectContaining({ code: 'REPOCAST_LINK_MALFORMED' }))
})
