import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHttpServer, EventStream, type FastifyReply, type FastifyRequest, Registry } from '@repocast/daemon'
import { silentLogger } from '@repocast/errors'
import { FeedRelay, parseLink } from '@repocast/feed'
import { objectIdOf, type PackReference, parseInfoHash } from '@repocast/objects'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadAgentConfiguration } from '../configuration.ts'
import { listenForEvents } from '../follow/events.ts'
import { AgentLayout } from '../layout.ts'
import { followedBy } from '../open-agent.ts'
import { agentLink } from './agent-link.ts'
import { addRelayRoutes } from './routes.ts'

let data: string
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'repocast-relay-'))
})
afterEach(() => rmSync(data, { recursive: true }))

const fingerprint = 'ab'.repeat(32)
const upstream = 'http://origin.example.org:8080/feed/'
const other = 'https://mirror.example.net/feed/debian/'

function configure(keys: object): void {
  const link = `repocast+${upstream}#1:debian:${fingerprint}:stable`
  const repositories = [{ link, path: '/srv/debian', feeds: [other] }]
  writeFileSync(join(data, 'agent.yaml'), JSON.stringify({ repositories, listen: '192.0.2.1:8081', ...keys }))
}

describe('the link to an agent', () => {
  const link = async (options: { url?: string; withUpstream?: boolean } = {}) =>
    parseLink(await agentLink({ data, environment: {} }, { repository: 'debian', withUpstream: false, ...options }))

  test('names the address of the agent, the same root and channel, and its upstream when asked', async () => {
    configure({})
    const own = { repository: 'debian', rootFingerprint: fingerprint, channel: 'stable' }
    expect(await link()).toEqual({ ...own, feedUrl: 'http://192.0.2.1:8081/feed/debian/' })
    const url = 'https://m.example.org/pub'
    const feedUrl = 'https://m.example.org/pub/feed/debian/'
    expect(await link({ url })).toEqual({ ...own, feedUrl })
    expect(await link({ url, withUpstream: true })).toEqual({ ...own, feedUrl, otherFeedUrls: [upstream, other] })
    configure({ 'relay-url': `${url}/` })
    expect(await link()).toMatchObject({ feedUrl })
    configure({ listen: '0.0.0.0:8081' })
    expect((await link()).feedUrl).toMatch(/^http:\/\/[^/]+:8081\/feed\/debian\/$/)
  })

  test('is refused with what to do, when there is nothing to link to', async () => {
    configure({ relay: false })
    await expect(link()).rejects.toMatchObject({ code: 'REPOCAST_CONFIGURATION_WRONG', hint: 'set `relay: true`' })
    configure({})
    await expect(link({ url: 'ftp://x' })).rejects.toMatchObject({ code: 'REPOCAST_CONFIGURATION_WRONG' })
    await expect(
      agentLink({ data, environment: {} }, { repository: 'fedora', withUpstream: false }),
    ).rejects.toMatchObject({ code: 'REPOCAST_REPOSITORY_UNCLEAR', hint: 'it follows debian' })
  })

  test('`feeds` are further addresses of what is followed, and have to be addresses', async () => {
    configure({})
    const [followed] = followedBy(await loadAgentConfiguration(new AgentLayout(data), {}))
    expect(followed?.link).toMatchObject({ feedUrl: upstream, otherFeedUrls: [other] })
    for (const bad of ['ftp://x/feed/', 'http://x/feed', 'http://user:secret@x/feed/', 'http://x/feed/?a']) {
      configure({ repositories: [{ link: `repocast+${upstream}#1:debian:${fingerprint}`, path: '/x', feeds: [bad] }] })
      await expect(loadAgentConfiguration(new AgentLayout(data), {}), bad).rejects.toMatchObject({
        code: 'REPOCAST_CONFIGURATION_WRONG',
      })
    }
  })
})

test('a relay gives its files with the peer port, and .torrent files that it has or can get and verify', async () => {
  const directory = join(data, 'relay')
  mkdirSync(directory)
  writeFileSync(join(directory, 'timestamp.json'), '{}')
  const [here, known, unknown] = ['a', 'b', 'c'].map(digit => parseInfoHash(digit.repeat(40)))
  const reference: PackReference = {
    infoHash: parseInfoHash('b'.repeat(40)),
    torrentId: objectIdOf(Buffer.from('known')),
    torrentBytes: 5,
    bytes: 1,
    objects: 1,
  }
  const follower = {
    relay: new FeedRelay(directory),
    packOf: (infoHash: string) => (infoHash === known ? reference : undefined),
    fetchTorrent: async () => Buffer.from('known'),
  }
  const metrics = new Registry()
  const server = createHttpServer({ logger: silentLogger, metrics, trustedProxies: [], isReady: () => true })
  const store = { packs: { has: (one: string) => one === here, torrent: async () => Buffer.from('here') } }
  const silent = { ...follower, relay: undefined }
  const mirrors = () => [
    { repository: 'debian', follower },
    { repository: 'torrents', follower },
    { repository: 'secret', follower: silent },
  ]
  const events = new EventStream()
  const otherwise = async (request: FastifyRequest, reply: FastifyReply) =>
    await reply.code(request.url === '/feed/pool/a.deb' ? 200 : 404).send()
  addRelayRoutes(server, { mirrors, store, peerPort: 6881, events, otherwise })
  const get = async (url: string, headers = {}) => await server.inject({ url, headers })
  const { statusCode, headers, body } = await get('/feed/debian/timestamp.json')
  expect([statusCode, body, headers['x-repocast-peer-port']]).toEqual([200, '{}', '6881'])
  const again = await get('/feed/debian/timestamp.json', { 'if-none-match': String(headers.etag) })
  expect([again.statusCode, again.headers['x-repocast-peer-port']]).toEqual([304, '6881'])
  expect((await get(`/feed/torrents/${here}.torrent`)).body).toBe('here')
  expect((await get(`/feed/torrents/${known}.torrent`)).body).toBe('known')
  expect((await get('/feed/torrents/timestamp.json')).body).toBe('{}')
  // of a repository that is called feed
  expect((await get('/feed/pool/a.deb')).statusCode).toBe(200)
  for (const url of [
    `/feed/torrents/${unknown}.torrent`,
    '/feed/debian/1.root.json',
    '/feed/debian/..%2ftrust.sqlite',
    '/feed/secret/timestamp.json',
    '/feed/fedora/timestamp.json',
  ])
    expect((await get(url)).statusCode, url).toBe(404)
  events.close()
  await server.close()
})

test('whoever sends events and then nothing is left and asked again', async () => {
  let connections = 0
  const server = createServer((_request, response) => {
    connections += 1
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`event: published\ndata: {"repository":"debian","serial":${connections}}\n\n`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/events`
  const stop = new AbortController()
  const serials: number[] = []
  await listenForEvents(
    url,
    {
      fetch,
      onPublished: ({ serial }) => {
        serials.push(serial)
        if (serial >= 3) stop.abort()
      },
      pause: async () => {},
      random: () => 0,
      silenceMilliseconds: 100,
    },
    stop.signal,
  )
  // on a busy machine an event may come later than the silence that is borne here
  expect(serials.at(-1)).toBeGreaterThanOrEqual(3)
  expect(connections).toBeGreaterThanOrEqual(3)
  server.closeAllConnections()
  server.close()
})
