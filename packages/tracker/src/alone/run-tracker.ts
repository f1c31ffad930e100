import { mkdir } from 'node:fs/promises'
import { createHttpServer, LifeCycle, listen, parseListen, plainPageType } from '@repocast/daemon'
import { type Lock, ProcessLock } from '@repocast/database'
import { type Logger, RepocastError } from '@repocast/errors'
import { addTrackerRoutes } from '../http/routes.ts'
import { AllowedTorrents } from '../torrents/allowed-torrents.ts'
import { Tracker } from '../tracker.ts'
import { defaultTorrents, limitsOf, loadTrackerConfiguration, type TrackerConfiguration } from './configuration.ts'
import { TrackerLayout } from './layout.ts'
import { createTrackerMetrics } from './metrics.ts'
import { TrackerStatistics } from './statistics.ts'
import { renderTrackerPage } from './statistics-page.ts'

export interface RunTrackerOptions {
  readonly data: string
  /** Instead of what the configuration says. */
  readonly listen?: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly clock: () => Date
  readonly logger: Logger
}

/**
 * Runs a tracker alone until `signal` says stop.
 * @throws RepocastError REPOCAST_TRACKER_RUNNING, REPOCAST_TRACKER_LIST_MISSING, REPOCAST_TRACKER_LIST_WRONG,
 *   REPOCAST_TRACKER_CANNOT_LISTEN, REPOCAST_HTTP_CANNOT_LISTEN, and what configuration and database throw
 */
export async function runTracker(options: RunTrackerOptions, signal: AbortSignal): Promise<void> {
  const { data, environment, logger } = options
  const layout = new TrackerLayout(data)
  const configuration = await loadTrackerConfiguration(layout.configuration, environment)
  const life = new LifeCycle(logger)
  try {
    await mkdir(data, { recursive: true })
    const lock = lockDaemon(layout)
    life.onEnd('lock', () => lock.release())
    await start({ ...configuration, listen: options.listen ?? configuration.listen }, layout, options, life)
    if (!signal.aborted) {
      await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
    }
    logger.info({}, 'stopping')
  } finally {
    await life.end()
  }
}

function lockDaemon(layout: TrackerLayout): Lock {
  const lock = new ProcessLock(layout.lock).tryAcquire()
  if (lock) return lock
  throw new RepocastError('REPOCAST_TRACKER_RUNNING', {
    message: `a program of repocast runs on ${layout.directory} already`,
    hint: 'stop it first, or name another directory',
  })
}

async function start(
  configuration: TrackerConfiguration,
  layout: TrackerLayout,
  { clock, logger }: RunTrackerOptions,
  life: LifeCycle,
): Promise<void> {
  const { open, udp, websocket, limits } = configuration
  const torrents = await openTorrents(configuration, layout, logger)
  life.onEnd('torrents', async () => await torrents.stop())
  const tracker = new Tracker({
    isAllowed: infoHash => open || torrents.has(infoHash),
    path: layout.database,
    clock,
    logger,
    intervalSeconds: configuration['interval-seconds'],
    limits: limitsOf(configuration),
  })
  life.onEnd('tracker', async () => await tracker.close())
  const statistics = new TrackerStatistics({ tracker, torrents, isOpen: open, clock })
  const server = createHttpServer({
    logger,
    metrics: createTrackerMetrics(tracker),
    trustedProxies: configuration['trusted-proxies'],
    isReady: () => true,
  })
  server.server.maxConnections = limits.connections
  addTrackerRoutes(server, tracker, { webSocket: websocket })
  server.get('/', async (_request, reply) => await reply.redirect('stats'))
  server.get('/stats.json', async () => statistics.document())
  server.get(
    '/stats',
    async (_request, reply) => await reply.type(plainPageType).send(renderTrackerPage(statistics.document())),
  )
  const { host, port } = parseListen(configuration.listen)
  await listen(server, host, port)
  life.onEnd('http', async () => await server.close())
  for (const address of udp) {
    const { host, port } = parseListen(address)
    await tracker.udp.listen(host, port)
  }
  logger.info(
    { listen: configuration.listen, udp, websocket, torrents: open ? 'any' : torrents.count, peers: tracker.peers },
    'the tracker is running',
  )
}

async function openTorrents(
  configuration: TrackerConfiguration,
  layout: TrackerLayout,
  logger: Logger,
): Promise<AllowedTorrents> {
  const path = layout.path(configuration.torrents)
  // The directory that nobody configured need not be there.
  if (configuration.torrents === defaultTorrents) await mkdir(path, { recursive: true })
  const torrents = new AllowedTorrents(path, logger)
  await torrents.start()
  return torrents
}
