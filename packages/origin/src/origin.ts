import { originOpenApi, type StatisticsEvent } from '@repocast/api'
import {
  createHttpServer,
  dhtChoice,
  directFetch,
  EventStream,
  LifeCycle,
  listen,
  loadPages,
  parseListen,
  parseRate,
  type Registry,
  tokenGuard,
} from '@repocast/daemon'
import { type Lock, ProcessLock } from '@repocast/database'
import { describeError, type Logger, RepocastError } from '@repocast/errors'
import type { Feed } from '@repocast/feed'
import type { RepositoryName } from '@repocast/objects'
import { createSwarm } from '@repocast/swarm'
import { Tracker } from '@repocast/tracker'
import { keepOf } from './configuration.ts'
import { CollectionSchedule } from './daemon/collection-schedule.ts'
import { LivePacks } from './daemon/live-packs.ts'
import { SelfAnnouncer } from './daemon/self-announcer.ts'
import { TrafficSampler } from './daemon/traffic-sampler.ts'
import { Dashboard } from './dashboard/dashboard.ts'
import { StatisticsChanges } from './dashboard/statistics-changes.ts'
import { NewestPackageChanges, processComparer } from './history/package-changes.ts'
import { OriginLayout } from './layout.ts'
import { createOriginMetrics, type MetricSources } from './metrics.ts'
import { createProber, serveMirrorLists } from './mirror-lists/start.ts'
import { Mirrors } from './mirrors/mirrors.ts'
import { networksOf } from './networks.ts'
import { Notifications } from './notifications/notifications.ts'
import { type OpenOrigin, type OriginOptions, withOrigin } from './open-origin.ts'
import { adoptPublished } from './publish/adopt-published.ts'
import { PublishLog } from './publish/publish-log.ts'
import { collectOrigin } from './retention/collect-origin.ts'
import { ClientLimit } from './serve/client-limit.ts'
import { addRoutes } from './serve/routes.ts'
import { Statistics } from './statistics.ts'
import { watchedRepositories } from './watch/configured.ts'
import { lastingMemory } from './watch/memory.ts'
import { processPublisher } from './watch/publisher.ts'
import { Watchers } from './watch/watchers.ts'

export interface DaemonOptions extends OriginOptions {
  /** Version of the program. */
  readonly program: string
  /** Directory of the built dashboard. */
  readonly pages: string
}

const feedRefreshMilliseconds = 15 * 60 * 1000

/**
 * Runs the origin's daemon until `signal` says stop: feed, .torrent files, pack ranges, tracker and statistics over
 * HTTP, and every live pack in the swarm.
 * @throws RepocastError REPOCAST_ORIGIN_RUNNING, REPOCAST_HTTP_CANNOT_LISTEN, REPOCAST_SWARM_PORT_UNAVAILABLE and
 *   what `withOrigin` throws
 */
export async function runOrigin(options: DaemonOptions, signal: AbortSignal, onStart?: () => void): Promise<void> {
  const life = new LifeCycle(options.logger)
  const lock = lockDaemon(new OriginLayout(options.data))
  life.onEnd('lock', () => lock.release())
  try {
    await withOrigin(options, async origin => {
      const inner = new LifeCycle(options.logger)
      try {
        await start(origin, options, inner)
        onStart?.()
        if (!signal.aborted)
          await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
        options.logger.info({}, 'stopping')
      } finally {
        await inner.end()
      }
    })
  } finally {
    await life.end()
  }
}

function lockDaemon(layout: OriginLayout): Lock {
  const lock = new ProcessLock(layout.daemonLock).tryAcquire()
  if (lock) return lock
  throw new RepocastError('REPOCAST_ORIGIN_RUNNING', {
    message: `an origin runs on ${layout.directory} already`,
    hint: 'stop it first, or name another directory',
  })
}

async function start(origin: OpenOrigin, options: DaemonOptions, life: LifeCycle): Promise<void> {
  const { logger, clock } = options
  const { layout, configuration, store, feed } = origin
  const trusted = networksOf(configuration)['trust-ip-from']
  await adoptPublished(feed, store)
  let livePacks: LivePacks | undefined
  let sources: MetricSources | undefined
  const tracker = new Tracker({
    isAllowed: infoHash => livePacks?.has(infoHash) ?? false,
    path: layout.tracker,
    clock,
    logger,
    intervalSeconds: configuration.tracker['interval-seconds'],
    limits: { maxPeersPerAddress: configuration.tracker['peers-per-address'] },
  })
  life.onEnd('tracker', async () => await tracker.close())
  const mirrors = new Mirrors(layout.mirrors)
  life.onEnd('mirrors', () => mirrors.close())
  const publishes = new PublishLog(layout.publishes)
  life.onEnd('publishes', () => publishes.close())
  const uploadLimit = configuration['upload-limit']
  const swarm = await createSwarm({
    peerPort: configuration['peer-port'],
    maxConnections: configuration['max-connections'],
    role: 'origin',
    bindAddress: configuration['bind-address'],
    announceAddress: configuration['peer-address'],
    fetch: directFetch(configuration['bind-address']),
    encryption: configuration.encryption,
    dht: dhtChoice(configuration, layout.dhtNodes),
    logger,
    ...(uploadLimit !== undefined && { limits: { uploadRate: parseRate(uploadLimit) } }),
  })
  life.onEnd('swarm', async () => await swarm.close())
  swarm.filterPeers({ allow: configuration['peer-allow'], block: configuration['peer-block'] })
  const watchers = new Watchers({
    watched: watchedRepositories(configuration, layout),
    publisher: processPublisher({ data: layout.directory, environment: options.environment, logger }),
    memory: lastingMemory(publishes, repository => store.snapshots.newest(repository)?.serial),
    clock,
    logger,
  })
  const prober = createProber(configuration['mirror-lists'], { store, clock, onChange: () => changes.tell(), logger })
  const { url } = configuration
  const statistics = new Statistics({ url, layout, store, swarm, tracker, mirrors, watchers, prober, clock })
  const [events, statisticsEvents] = [new EventStream(), new EventStream()]
  const packageChanges = new NewestPackageChanges(processComparer(layout.directory, options.environment))
  life.onEnd('package changes', async () => await packageChanges.stop())
  const dashboard = new Dashboard({
    url: configuration.url,
    store,
    swarm,
    tracker,
    mirrors,
    statistics,
    packageChanges,
    clock,
    onChange: () => changes.tell(),
    onError: error => logger.error({ error: describeError(error) }, 'what a snapshot changed cannot be told'),
  })
  const sampler = new TrafficSampler({ statistics, history: mirrors.history, clock, logger })
  life.onEnd('traffic', () => sampler.stop())
  const tell = (): void => {
    dashboard.changed()
    statisticsEvents.send('statistics', { generated: clock().toISOString() } satisfies StatisticsEvent)
  }
  const changes = new StatisticsChanges(tell, () => dashboard.pauseMilliseconds)
  life.onEnd('changes', () => changes.stop())
  const pages = await loadPages(options.pages)
  if (!pages) logger.warn({ directory: options.pages }, 'the dashboard was not built, / leads to /stats: npm run build')
  const metrics: Registry = createOriginMetrics(() => sources)
  const token = configuration['statistics-token']
  const guard = token === undefined ? undefined : tokenGuard(token)
  const httpLimit = configuration['http-limit']
  const limit = new ClientLimit({
    requestsPerSecond: httpLimit['requests-per-second'],
    requestBurst: httpLimit.burst,
    clock,
  })
  const server = createHttpServer({
    logger,
    metrics,
    guard,
    trustedProxies: configuration['trusted-proxies'],
    limit,
    isReady: () => livePacks !== undefined || 'the packs are being opened',
  })
  await addRoutes(server, {
    layout,
    store,
    swarm,
    peerPort: configuration.dht && configuration['peer-address'] === undefined ? swarm.port : undefined,
    tracker,
    webSocket: configuration.tracker.websocket,
    mayNameAddress: address => trusted.includes(address),
    mirrors,
    statistics,
    events,
    statisticsEvents,
    changes,
    dashboard,
    pages,
    guard,
    openApi: originOpenApi(configuration.url, options.program),
    clock,
  })
  const notifications = await Notifications.start({
    ...{ configuration, layout, environment: options.environment },
    ...{ snapshots: store.snapshots, statistics, program: options.program, clock, logger },
  })
  life.onEnd('notifications', async () => await notifications.stop())
  sources = { statistics, mirrors, tracker, publishes, notifications, limit }
  serveMirrorLists(server, configuration['mirror-lists'], prober, { store, clock })
  prober.start()
  life.onEnd('mirror lists', async () => await prober.stop())
  const { host, port } = parseListen(configuration.listen)
  await listen(server, host, port)
  life.onEnd('http', async () => await server.close())
  life.onEnd('events', () => {
    events.close()
    statisticsEvents.close()
  })
  const udpPort = configuration.tracker['udp-port']
  if (udpPort !== undefined) await tracker.udp.listen(host, udpPort)
  const self = new SelfAnnouncer({
    tracker,
    swarm,
    host: configuration['peer-address'] ?? new URL(configuration.url).hostname,
    logger,
  })
  await self.start()
  life.onEnd('self', () => self.stop())
  livePacks = new LivePacks({
    store,
    swarm,
    trackers: configuration.trackers,
    onShared: infoHash => self.add(infoHash),
    onRemoved: infoHash => self.remove(infoHash),
    onPublished: (repository, serial) => {
      logger.info({ repository, serial }, 'published')
      watchers.published(repository)
      notifications.published()
      for (const stream of [events, statisticsEvents]) stream.send('published', { repository, serial })
      changes.tell()
    },
    onPromoted: (repository, channel, serial) => {
      logger.info({ repository, channel, serial }, 'promoted')
      events.send('published', { repository, serial, channel })
      changes.tell()
    },
    onError: error => logger.error({ error: describeError(error) }, 'the packs could not be looked at'),
  })
  await livePacks.start()
  life.onEnd('packs', async () => await livePacks?.stop())
  keepFeedFresh(feed, layout, logger, life)
  watchers.start()
  life.onEnd('watchers', async () => await watchers.stop())
  collectDaily(origin, options, livePacks, life)
  logger.info({ url: configuration.url, listen: configuration.listen, peerPort: swarm.port }, 'the origin is running')
}

function collectDaily(
  { layout, configuration, store, feed }: OpenOrigin,
  { logger, clock }: OriginOptions,
  livePacks: LivePacks,
  life: LifeCycle,
): void {
  const schedule = new CollectionSchedule({
    layout,
    collect: async signal => {
      const keep = (repository: RepositoryName) => keepOf(configuration, repository)
      const collected = await collectOrigin({ keepOf: keep, signal }, { layout, store, feed, clock })
      await livePacks.lookNow()
      return collected
    },
    lastFinished: () => store.collections.last()?.finished,
    clock,
    logger,
  })
  schedule.start()
  life.onEnd('collections', async () => await schedule.stop())
}

function keepFeedFresh(feed: Feed, layout: OriginLayout, logger: Logger, life: LifeCycle): void {
  const refresh = async (): Promise<void> => {
    // While somebody publishes, the feed is fresh anyway.
    const lock = new ProcessLock(layout.publishLock).tryAcquire()
    if (!lock) return
    try {
      const signed = await feed.refresh()
      if (signed.length > 0) logger.info({ roles: signed }, 'signed the feed again')
    } catch (error) {
      logger.error({ error: describeError(error) }, 'the feed could not be signed again, it will expire')
    } finally {
      lock.release()
    }
  }
  const timer = setInterval(() => void refresh(), feedRefreshMilliseconds)
  life.onEnd('feed', () => clearInterval(timer))
  void refresh()
}
