import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AgentStatus } from '@repocast/api'
import { createHttpServer, LifeCycle, listen, parseDuration, parseListen, parseRate } from '@repocast/daemon'
import { type Database, type Lock, ProcessLock } from '@repocast/database'
import { describeError, type Logger, RepocastError } from '@repocast/errors'
import { createTrustFloor, Follower, openTrustDatabase, parseLink, type SubscriptionLink } from '@repocast/feed'
import { HashPool, onDisk } from '@repocast/files'
import { openStore, type Store } from '@repocast/store'
import { createSwarm, Site, type Swarm, type SwarmOptions } from '@repocast/swarm'
import { type AgentConfiguration, loadAgentConfiguration } from './configuration.ts'
import { listenForEvents } from './follow/events.ts'
import { followRepository } from './follow/follow.ts'
import { Mirror, type UpdateResult } from './follow/mirror.ts'
import { Wake } from './follow/wake.ts'
import { AgentLayout } from './layout.ts'
import { createAgentMetrics } from './metrics.ts'
import { openAgentKey } from './report/agent-key.ts'
import { Reporter } from './report/reporter.ts'
import { addRoutes } from './serve/routes.ts'
import { agentStatus } from './status.ts'

export interface AgentOptions {
  readonly data: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly clock: () => Date
  readonly logger: Logger
  /** Version of the program, for reports. */
  readonly program: string
}

/** What an agent works with while it runs. */
interface OpenAgent {
  readonly layout: AgentLayout
  readonly store: Store
  readonly swarm: Swarm
  readonly trust: Database
  readonly life: LifeCycle
}

type PeerOptions = Pick<SwarmOptions, 'peerPort' | 'maxConnections' | 'site' | 'limits'>

/** Opens store and swarm of an agent for `use`, and closes them behind it. */
async function withAgent<T>(
  { data, logger }: AgentOptions,
  peers: PeerOptions,
  use: (agent: OpenAgent) => Promise<T>,
): Promise<T> {
  await onDisk('make', data, async () => await mkdir(data, { recursive: true }))
  const layout = new AgentLayout(data)
  const life = new LifeCycle(logger)
  try {
    const lock = lockAgent(layout)
    life.onEnd('lock', () => lock.release())
    const hashPool = new HashPool()
    life.onEnd('hashing', async () => await hashPool.close())
    const store = await openStore({ directory: data, logger, hashPool })
    life.onEnd('store', async () => await store.close())
    const trust = openTrustDatabase(layout.trust)
    life.onEnd('trust', () => trust.close())
    const swarm = await createSwarm({ ...peers, role: 'agent', logger })
    life.onEnd('swarm', async () => await swarm.close())
    return await use({ layout, store, swarm, trust, life })
  } finally {
    await life.end()
  }
}

function lockAgent(layout: AgentLayout): Lock {
  const lock = new ProcessLock(layout.lock).tryAcquire()
  if (lock) return lock
  throw new RepocastError('REPOCAST_AGENT_RUNNING', {
    message: `an agent works on ${layout.directory} already`,
    hint: 'stop it first, or name another directory by --data',
  })
}

/** One repository that is followed. */
interface Followed {
  readonly link: SubscriptionLink
  readonly path: string
  readonly urgent?: boolean
  /** Whether snapshots are checked before they are served. */
  readonly check: boolean
  /** Serial to keep. */
  readonly hold?: number | undefined
}

function openMirror(
  { layout, store, swarm, trust }: OpenAgent,
  { logger, clock }: AgentOptions,
  { link, path, urgent = false, check, hold }: Followed,
  onChange: () => void,
): Mirror {
  const floor = createTrustFloor(trust, link.rootFingerprint)
  const follower = new Follower({ link, directory: layout.feed(link), floor, clock, hold })
  const how = { servedPath: resolve(path), isUrgent: urgent, isChecked: check }
  return new Mirror({ ...how, store, swarm, follower, clock, logger, onChange })
}

/** A way to ask what the agent tells of itself from now on. */
function statusOf(
  { swarm }: OpenAgent,
  { program, clock, data }: AgentOptions,
  names: { readonly name: string; readonly publicUrl?: string | undefined },
  mirrors: readonly Mirror[],
): () => AgentStatus {
  const started = clock()
  return () => agentStatus({ ...names, program, started, clock, swarm, mirrors, data })
}

function originAddress({ feedUrl }: SubscriptionLink, path: string): string {
  return new URL(`../${path}`, feedUrl).href
}

export interface SyncOptions {
  readonly link: string
  /** What becomes the symbolic link to the snapshot. */
  readonly directory: string
  /** Serial to have and to keep; undefined for what the link names. */
  readonly serial?: number | undefined
  /** Whether the snapshot is checked before it is served. */
  readonly check: boolean
  readonly name: string
  readonly peerPort: number
  readonly seedForSeconds: number
  readonly signal: AbortSignal
  /** Called once, with a way to ask how far it is. */
  readonly onStart?: (status: () => AgentStatus) => void
  /** Called when the snapshot is served, before it is seeded. */
  readonly onServed?: (result: UpdateResult, status: AgentStatus) => void
}

/**
 * `repocast agent sync`: brings one repository to its newest snapshot, seeds it for a while, and ends.
 * @throws RepocastError REPOCAST_LINK_MALFORMED, REPOCAST_AGENT_RUNNING, and what `Mirror.update` throws
 */
export async function syncOnce(options: AgentOptions, sync: SyncOptions): Promise<void> {
  const link = parseLink(sync.link)
  await withAgent(options, { peerPort: sync.peerPort, maxConnections: 500 }, async agent => {
    const mirror = openMirror(
      agent,
      options,
      { link, path: sync.directory, check: sync.check, hold: sync.serial },
      () => {},
    )
    const status = statusOf(agent, options, { name: sync.name }, [mirror])
    const urls = [originAddress(link, 'reports')]
    const reporter = new Reporter({ urls, key: await openAgentKey(agent.layout.key), status, logger: options.logger })
    agent.life.onEnd('reports', () => reporter.stop())
    sync.onStart?.(status)
    const result = await mirror.update(sync.signal)
    sync.onServed?.(result, status())
    await reporter.send()
    await mirror.prepareSpare(sync.signal)
    if (sync.seedForSeconds > 0)
      await sleep(sync.seedForSeconds * 1000, undefined, { signal: sync.signal }).catch(() => {})
  })
}

/** What does not count as other mirrors fetching from here. */
const quietBytesPerSecond = 64 * 1024

/**
 * `repocast agent run`: follows every configured repository, serves and seeds it, until `signal` says stop.
 * @throws RepocastError REPOCAST_CONFIGURATION_MISSING, REPOCAST_CONFIGURATION_WRONG, REPOCAST_LINK_MALFORMED,
 *   REPOCAST_AGENT_RUNNING, REPOCAST_HTTP_CANNOT_LISTEN, REPOCAST_SWARM_PORT_UNAVAILABLE
 */
export async function runAgent(
  options: AgentOptions,
  signal: AbortSignal,
  onStart?: (status: () => AgentStatus) => void,
): Promise<void> {
  const configuration = await loadAgentConfiguration(new AgentLayout(options.data), options.environment)
  await withAgent(options, peerOptions(configuration), async agent => {
    await follow(agent, options, configuration, signal, onStart)
    options.logger.info({}, 'stopping')
  })
}

function peerOptions(configuration: AgentConfiguration): PeerOptions {
  const { 'upload-limit': upload, 'download-limit': download } = configuration
  return {
    peerPort: configuration['peer-port'],
    maxConnections: configuration['max-connections'],
    site: siteOf(configuration),
    limits: {
      ...(upload !== undefined && { uploadRate: parseRate(upload) }),
      ...(download !== undefined && { downloadRate: parseRate(download) }),
    },
  }
}

function siteOf({ site, 'site-networks': networks }: AgentConfiguration): Site {
  try {
    return new Site(site, networks)
  } catch (cause) {
    throw new RepocastError('REPOCAST_CONFIGURATION_WRONG', {
      message: `agent.yaml: site-networks: ${describeError(cause)}`,
      hint: 'write addresses, or networks such as 10.20.0.0/16',
      cause,
    })
  }
}

async function follow(
  agent: OpenAgent,
  options: AgentOptions,
  configuration: AgentConfiguration,
  signal: AbortSignal,
  onStart?: (status: () => AgentStatus) => void,
): Promise<void> {
  const { logger } = options
  const { life, swarm } = agent
  const links: Followed[] = configuration.repositories.map(one => ({
    ...one,
    link: parseLink(one.link),
    check: one.check ?? configuration.check,
  }))
  let reporter: Reporter | undefined
  const mirrors = links.map(one => openMirror(agent, options, one, () => reporter?.changed()))
  const { name, 'public-url': publicUrl } = configuration
  const status = statusOf(agent, options, { name, publicUrl }, mirrors)
  const server = createHttpServer({
    logger,
    metrics: createAgentMetrics(status),
    trustedProxies: configuration['trusted-proxies'],
    isReady: () => mirrors.every(mirror => mirror.status().serial !== null) || 'a repository has no snapshot yet',
  })
  await addRoutes(server, mirrors, status)
  const { host, port } = parseListen(configuration.listen)
  await listen(server, host, port)
  life.onEnd('http', async () => await server.close())
  if (configuration.report) {
    const urls = [...new Set(links.map(({ link }) => originAddress(link, 'reports')))]
    reporter = new Reporter({ urls, key: await openAgentKey(agent.layout.key), status, logger })
    life.onEnd('reports', () => reporter?.stop())
  }
  logger.info(
    { listen: configuration.listen, peerPort: swarm.port, repositories: mirrors.length },
    'the agent is running',
  )
  onStart?.(status)
  for (const mirror of mirrors) {
    await mirror.resume().catch((error: unknown) => {
      logger.error({ repository: mirror.repository, error: describeError(error) }, 'what is served could not be shared')
    })
  }
  logger.info({ packs: swarm.status().packs }, 'all packs are shared')
  const wakes = mirrors.map(mirror => ({ mirror, wake: new Wake() }))
  const pollSeconds = parseDuration(configuration['poll-interval'])
  const events = [...new Set(links.map(({ link }) => originAddress(link, 'events')))].map(async url => {
    const onPublished = ({ repository }: { readonly repository: string }) => {
      for (const { mirror, wake } of wakes) if (mirror.repository === repository) wake.call()
    }
    await listenForEvents(url, onPublished, signal, async (ms, until) => await sleep(ms, undefined, { signal: until }))
  })
  const isQuiet = () => swarm.status().uploadRate < quietBytesPerSecond
  const following = wakes.map(({ mirror, wake }) =>
    followRepository({ mirror, wake, pollSeconds, isQuiet, logger, signal, random: Math.random }),
  )
  await untilAborted(signal)
  await Promise.all([...events, ...following])
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>(resolvePromise => signal.addEventListener('abort', () => resolvePromise(), { once: true }))
}
