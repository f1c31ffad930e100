import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AgentStatus } from '@repocast/api'
import { createFetch, directFetch, LifeCycle, parseDuration } from '@repocast/daemon'
import { type Database, type Lock, ProcessLock } from '@repocast/database'
import { type Logger, RepocastError } from '@repocast/errors'
import {
  createTrustFloor,
  FeedRelay,
  Follower,
  feedUrlsOf,
  openTrustDatabase,
  parseLink,
  type SubscriptionLink,
} from '@repocast/feed'
import { diskSpace, HashPool, onDisk } from '@repocast/files'
import type { Filter } from '@repocast/repositories'
import { openStore, type Store } from '@repocast/store'
import { createSwarm, type Swarm, type SwarmOptions } from '@repocast/swarm'
import type { AgentConfiguration } from './configuration.ts'
import { filterOf } from './filter/configuration.ts'
import { Mirror } from './follow/mirror.ts'
import type { MirrorListeners } from './follow/mirror-options.ts'
import { FreeSpaceGuard } from './guards/free-space.ts'
import { WipeGuard } from './guards/wipe-guard.ts'
import { FollowUp } from './hooks/follow-up.ts'
import { Hooks } from './hooks/hooks.ts'
import { SwapWebhooks } from './hooks/swap-webhooks.ts'
import { AgentLayout } from './layout.ts'
import { LimitKeeper } from './limits/limit-keeper.ts'
import { LimitPlan } from './limits/limit-plan.ts'
import { limitStatus } from './limits/limit-status.ts'
import { SwapDelay } from './rollout/swap-delay.ts'
import { agentStatus } from './status.ts'
import { onceOnly, type StoragePolicy, storagePolicy } from './storage-policy.ts'
import { plainSwaps, type SwapPolicy, swapPolicy } from './swap-policy.ts'
import { TraceFile } from './trace/trace-file.ts'

export interface AgentOptions {
  readonly data: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly clock: () => Date
  readonly logger: Logger
  /** Version of the program, for reports. */
  readonly program: string
}

/** What an agent works with while it runs. */
export interface OpenAgent {
  readonly layout: AgentLayout
  readonly store: Store
  readonly swarm: Swarm
  readonly trust: Database
  readonly hashPool: HashPool
  readonly life: LifeCycle
  /** What may move now. */
  readonly limits: LimitKeeper
  /** How origins and other mirrors are asked over HTTP. */
  readonly fetch: typeof fetch
}

/** How it meets other peers. */
export type PeerOptions = Pick<
  SwarmOptions,
  | 'peerPort'
  | 'maxConnections'
  | 'bindAddress'
  | 'announceAddress'
  | 'announcePort'
  | 'encryption'
  | 'localDiscovery'
  | 'peerExchange'
  | 'dht'
  | 'site'
  | 'limits'
> & {
  /** What may move when; without limit unless it is said. */
  readonly plan?: LimitPlan
  /** The proxy to ask origins through, as `createFetch` takes it. */
  readonly proxy?: string | undefined
}

/** Opens store and swarm of an agent for `use`, and closes them behind it. */
export async function withAgent<T>(
  { data, logger, clock, environment }: AgentOptions,
  { plan = new LimitPlan({}, new Map()), proxy, ...peers }: PeerOptions,
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
    const store = await openStore({ directory: data, logger, hashPool, mayRebuildCatalog: true })
    life.onEnd('store', async () => await store.close())
    await store.removeLeftovers()
    await store.packs.removeLeftovers()
    const trust = openTrustDatabase(layout.trust)
    life.onEnd('trust', () => trust.close())
    const { bindAddress } = peers
    const webSeedFetch = createFetch(environment, { proxy, bindAddress })
    const swarm = await createSwarm({ ...peers, role: 'agent', fetch: directFetch(bindAddress), webSeedFetch, logger })
    life.onEnd('swarm', async () => await swarm.close())
    const limits = new LimitKeeper({ plan, apply: rates => swarm.limit(rates), clock, logger })
    life.onEnd('limits', () => limits.stop())
    return await use({ layout, store, swarm, trust, hashPool, life, limits, fetch: webSeedFetch })
  } finally {
    await life.end()
  }
}

/** @throws RepocastError REPOCAST_AGENT_RUNNING */
export function lockAgent(layout: AgentLayout): Lock {
  const lock = new ProcessLock(layout.lock).tryAcquire()
  if (lock) return lock
  throw new RepocastError('REPOCAST_AGENT_RUNNING', {
    message: `an agent works on ${layout.directory} already`,
    hint: 'stop it first, or name another directory by --data',
  })
}

/** One repository that is followed. */
export interface Followed {
  readonly link: SubscriptionLink
  readonly path: string
  readonly urgent?: boolean
  /** What is mirrored; undefined: all. */
  readonly filter?: Filter | undefined
  /** Whether snapshots are checked before they are served. */
  readonly check: boolean
  /** How long files that a new snapshot removed stay. */
  readonly keepRemovedSeconds?: number
  /** Serial to keep. */
  readonly hold?: number | undefined
  /** What is kept and refused; unless it is said, as for who fetches once. */
  readonly storage?: StoragePolicy
  /** What happens around swaps; unless it is said, nothing. */
  readonly swaps?: SwapPolicy
  /** Whether the feed is given on to further mirrors. */
  readonly relay?: boolean
}

/** The repositories of a configuration. @throws RepocastError REPOCAST_LINK_MALFORMED */
export function followedBy(configuration: AgentConfiguration): Followed[] {
  const storage = storagePolicy(configuration)
  return configuration.repositories.map(one => ({
    ...one,
    storage,
    link: withFeeds(parseLink(one.link), one.feeds),
    relay: configuration.relay,
    filter: filterOf(one.filter),
    check: one.check ?? configuration.check,
    keepRemovedSeconds: parseDuration(one['keep-removed'] ?? configuration['keep-removed']),
    swaps: swapPolicy(configuration, one),
  }))
}

/** The link with further addresses of its feed behind its own. */
function withFeeds(link: SubscriptionLink, feeds: readonly string[] = []): SubscriptionLink {
  const [, ...otherFeedUrls] = [...feedUrlsOf(link), ...feeds.map(feed => new URL(feed).href)]
  return { ...link, otherFeedUrls }
}

/** What follows one repository. */
export function openMirror(
  { layout, store, swarm, trust, fetch: fetchThrough }: OpenAgent,
  { logger, clock, environment, program }: AgentOptions,
  followed: Followed,
  { onChange = () => {}, onFailure = () => {}, onNews = () => {} }: Partial<MirrorListeners> = {},
): Mirror {
  const { link, path, urgent = false, filter, check, keepRemovedSeconds = 0, hold, relay } = followed
  const { storage = onceOnly, swaps = plainSwaps } = followed
  const floor = createTrustFloor(trust, link.rootFingerprint)
  const follower = new Follower({
    ...{ link, floor, clock, hold, logger },
    directory: layout.feed(link),
    relay: relay ? new FeedRelay(layout.relay(link)) : undefined,
    fetch: fetchThrough,
  })
  const { directory } = layout
  const { keepGenerations, reserve, wipeShare } = storage
  const { generations } = store
  const { repository, channel } = link
  const servedPath = resolve(path)
  const hooks = new Hooks({ repository, servedPath, settings: swaps.hooks, environment, clock, logger })
  const webhooks = new SwapWebhooks({
    ...{ repository, webhooks: swaps.webhooks, mirror: swaps.mirror, environment, logger, random: Math.random },
    sending: { fetch, clock, program: `repocast/${program}` },
    pause: async (milliseconds, signal) => await sleep(milliseconds, undefined, { signal }),
  })
  const upstream = new URL(link.feedUrl).hostname
  return new Mirror({
    servedPath,
    hooks,
    followUp: new FollowUp({ repository, generations, hooks, webhooks, logger }),
    delay: new SwapDelay({ repository, store, policy: swaps.delay, isChannel: channel !== undefined, clock }),
    trace: new TraceFile({ settings: swaps.trace, generations, program, upstream, logger }),
    isUrgent: urgent,
    filter,
    isChecked: check,
    keepRemovedSeconds,
    ...{ store, swarm, follower, clock, logger, onChange, onFailure, onNews },
    policy: {
      keepGenerations,
      freeSpace: new FreeSpaceGuard(directory, reserve, () => diskSpace(directory)),
      wipeGuard: new WipeGuard(wipeShare, store.objects.readTree),
    },
  })
}

/** A way to ask what the agent tells of itself from now on. */
export function statusOf(
  { store, swarm, limits }: OpenAgent,
  { program, clock, data }: AgentOptions,
  names: () => { readonly name: string; readonly publicUrl?: string | undefined },
  mirrors: () => readonly Mirror[],
): () => AgentStatus {
  const started = clock()
  return () =>
    agentStatus({
      ...names(),
      program,
      started,
      clock,
      store,
      swarm,
      mirrors: mirrors(),
      limits: limitStatus(limits),
      data,
    })
}

/** What stands under `path` beside each address of a feed. */
export function besideFeed(link: SubscriptionLink, path: string): string[] {
  return feedUrlsOf(link).map(feedUrl => new URL(`../${path}`, feedUrl).href)
}
