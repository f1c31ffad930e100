import fastifyStatic from '@fastify/static'
import { maxReportBytes, verifyReport } from '@repocast/api'
import {
  type EventStream,
  type FastifyInstance,
  type Guard,
  type Pages,
  parseByteRange,
  plainPageType,
  servePages,
  zipAnswers,
} from '@repocast/daemon'
import { peerPortHeader } from '@repocast/feed'
import { parseInfoHash } from '@repocast/objects'
import type { Store } from '@repocast/store'
import type { Swarm } from '@repocast/swarm'
import { addTrackerRoutes, type Tracker } from '@repocast/tracker'
import type { Dashboard } from '../dashboard/dashboard.ts'
import { addDashboardRoutes } from '../dashboard/routes.ts'
import type { StatisticsChanges } from '../dashboard/statistics-changes.ts'
import type { OriginLayout } from '../layout.ts'
import type { Mirrors } from '../mirrors/mirrors.ts'
import type { Statistics } from '../statistics.ts'
import { readPackBytes } from './pack-bytes.ts'
import { renderStatsPage } from './statistics-page.ts'

export interface RouteSurroundings {
  readonly layout: OriginLayout
  readonly store: Store
  readonly swarm: Swarm
  /** Told with the feed, so that agents know a node of the DHT; undefined when it is not joined, or is elsewhere. */
  readonly peerPort: number | undefined
  readonly tracker: Tracker
  /** Whether the tracker also takes WebSockets. */
  readonly webSocket: boolean
  /** Whether who announces from this address may say where the peer is. */
  readonly mayNameAddress: (address: string) => boolean
  readonly mirrors: Mirrors
  readonly statistics: Statistics
  /** What agents listen to. */
  readonly events: EventStream
  /** The same, and hints that the statistics have changed. */
  readonly statisticsEvents: EventStream
  readonly changes: StatisticsChanges
  readonly dashboard: Dashboard
  /** The built dashboard; undefined when it was not built. */
  readonly pages: Pages | undefined
  /** Who may see statistics; everybody without it. */
  readonly guard: Guard | undefined
  /** `/openapi.json`. */
  readonly openApi: object
  readonly clock: () => Date
}

/** All that an origin answers over HTTP, besides health and metrics. */
export async function addRoutes(server: FastifyInstance, surroundings: RouteSurroundings): Promise<void> {
  const { layout, events, peerPort, statisticsEvents } = surroundings
  await server.register(fastifyStatic, {
    root: layout.feed,
    prefix: '/feed/',
    index: false,
    cacheControl: false,
    // Only timestamp.json ever changes; all else is named by its version or hash.
    setHeaders: (reply, path) => {
      const isFresh = path.endsWith('timestamp.json')
      void reply.header('cache-control', isFresh ? 'no-cache' : 'max-age=31536000, immutable')
      if (isFresh && peerPort !== undefined) void reply.header(peerPortHeader, peerPort)
    },
  })
  addPackRoutes(server, surroundings)
  addTrackerRoutes(server, surroundings.tracker, {
    webSocket: surroundings.webSocket,
    mayNameAddress: surroundings.mayNameAddress,
  })
  addReportRoute(server, surroundings)
  await server.register(async guarded => addStatisticsRoutes(guarded, surroundings))
  server.get<{ Querystring: { statistics?: string } }>('/events', (request, reply) =>
    (request.query.statistics === undefined ? events : statisticsEvents).add(reply),
  )
}

/** What `statistics-token` guards when it is set, besides the metrics. */
function addStatisticsRoutes(server: FastifyInstance, surroundings: RouteSurroundings): void {
  const { statistics, dashboard, pages, guard, openApi } = surroundings
  if (guard) server.addHook('onRequest', guard)
  server.addHook('onSend', zipAnswers)
  if (pages) servePages(server, pages, 'index.html')
  else server.get('/', async (_request, reply) => await reply.redirect('stats'))
  addDashboardRoutes(server, dashboard)
  server.get('/openapi.json', async () => openApi)
  server.get('/stats.json', async () => statistics.document())
  server.get(
    '/stats',
    async (_request, reply) => await reply.type(plainPageType).send(renderStatsPage(statistics.document())),
  )
}

function addPackRoutes(server: FastifyInstance, { store, swarm, statistics }: RouteSurroundings): void {
  server.get<{ Params: { name: string } }>('/torrents/:name', async (request, reply) => {
    const infoHash = parseInfoHash(request.params.name.replace(/\.torrent$/, ''))
    return await reply.type('application/x-bittorrent').send(await store.packs.torrent(infoHash))
  })
  server.get<{ Params: { infoHash: string } }>('/packs/:infoHash', async (request, reply) => {
    const storage = await store.openPack(parseInfoHash(request.params.infoHash))
    const { bytes } = storage.pack
    const range = parseByteRange(request.headers.range, bytes)
    if (range === 'unsatisfiable') return await reply.code(416).header('content-range', `bytes */${bytes}`).send()
    const { first, last } = range ?? { first: 0, last: bytes - 1 }
    if (range) reply.code(206).header('content-range', `bytes ${first}-${last}/${bytes}`)
    reply.headers({
      'accept-ranges': 'bytes',
      'content-length': last + 1 - first,
      'cache-control': 'max-age=31536000, immutable',
    })
    reply.type('application/octet-stream')
    if (request.method === 'HEAD') return await reply.send()
    const content = readPackBytes(storage, { first, last }, async length => await swarm.spendUpload(length))
    content.on('data', (chunk: Buffer) => statistics.countWebSeed(chunk.length))
    return await reply.send(content)
  })
}

function addReportRoute(server: FastifyInstance, { mirrors, store, changes, clock }: RouteSurroundings): void {
  server.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: maxReportBytes },
    (_request, body, done) => done(null, body),
  )
  server.post('/reports', async (request, reply) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    const { id, status } = verifyReport(body, request.headers, clock())
    mirrors.take(id, request.ip, status, store, clock())
    changes.tell()
    return await reply.code(204).send()
  })
}
