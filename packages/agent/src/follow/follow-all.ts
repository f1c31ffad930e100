import { setTimeout as sleep } from 'node:timers/promises'
import type { AgentStatus } from '@repocast/api'
import { parseDuration, parseRate } from '@repocast/daemon'
import { describeError, isRepocastError } from '@repocast/errors'
import type { AgentConfiguration } from '../configuration.ts'
import { type AgentOptions, besideFeed, type Followed, type OpenAgent } from '../open-agent.ts'
import { watchOrders } from '../orders/watch-orders.ts'
import { openAgentKey } from '../report/agent-key.ts'
import { Reporter } from '../report/reporter.ts'
import { createHealer } from '../scrub/healing.ts'
import { Scrubber } from '../scrub/scrubber.ts'
import { listenForEvents } from './events.ts'
import { followRepository } from './follow.ts'
import type { Mirror } from './mirror.ts'
import { Wake } from './wake.ts'

/** What does not count as other mirrors fetching from here. */
const quietBytesPerSecond = 64 * 1024

export interface FollowAllOptions {
  readonly agent: OpenAgent
  readonly options: AgentOptions
  readonly configuration: AgentConfiguration
  readonly followed: readonly Followed[]
  /** One for each of `followed`. */
  readonly mirrors: readonly Mirror[]
  readonly status: () => AgentStatus
  /** Calls the function whenever the status has changed. */
  readonly onChange: (changed: () => void) => void
  readonly signal: AbortSignal
}

/**
 * Follows all repositories of a configuration, reports, and scrubs, until the signal.
 * @throws RepocastError REPOCAST_DATABASE_CORRUPT
 */
export async function followAll(given: FollowAllOptions): Promise<void> {
  const broken = new AbortController()
  const signal = AbortSignal.any([given.signal, broken.signal])
  const all = { ...given, signal }
  const { agent, options, configuration, followed, mirrors } = all
  const { logger } = options
  const { swarm } = agent
  // When one part cannot go on, the others end, too.
  const end = (error: unknown) => signal.aborted || broken.abort(error)
  const reporter = await startReports(all, end)
  try {
    for (const mirror of mirrors) {
      await mirror.resume().catch((error: unknown) => {
        logger.error(
          { repository: mirror.repository, error: describeError(error) },
          'what is served could not be shared',
        )
      })
    }
    await leaveOthers(agent, followed)
    logger.info({ packs: swarm.status().packs }, 'all packs are shared')
    const { healer, scrubber } = createScrub(all)
    const wakes = mirrors.map(mirror => ({ mirror, wake: new Wake() }))
    const pollSeconds = parseDuration(configuration['poll-interval'])
    const events = [...new Set(followed.flatMap(({ link }) => besideFeed(link, 'events')))].map(async url => {
      const onPublished = ({ repository }: { readonly repository: string }) => {
        for (const { mirror, wake } of wakes) if (mirror.repository === repository) wake.call()
      }
      const pause = async (ms: number, until: AbortSignal) => await sleep(ms, undefined, { signal: until })
      await listenForEvents(url, { fetch: agent.fetch, onPublished, pause, random: Math.random }, signal)
    })
    const isQuiet = () => swarm.status().uploadRate < quietBytesPerSecond
    const following = wakes.map(({ mirror, wake }) =>
      followRepository({
        mirror,
        wake,
        pollSeconds,
        isQuiet,
        logger,
        signal,
        random: Math.random,
        clock: options.clock,
      }),
    )
    const ordered = wakes.map(({ mirror, wake }) => ({ repository: mirror.repository, onChange: () => wake.call() }))
    const scrubbing = [healer.run(signal), scrubber.run(signal)]
    const ordering = watchOrders(agent.store, ordered, () => scrubber.ordered(), signal)
    const followingUp = mirrors.map(async mirror => await mirror.followUp(signal))
    const parts = [...events, ...following, ...followingUp, ...scrubbing, ordering, untilAborted(signal)]
    await Promise.all(parts.map(async part => await part.catch(end)))
    broken.signal.throwIfAborted()
  } finally {
    reporter?.stop()
  }
}

async function startReports(
  { agent, options, configuration, followed, status, onChange }: FollowAllOptions,
  end: (error: unknown) => void,
): Promise<Reporter | undefined> {
  if (!configuration.report) return undefined
  const urls = [...new Set(followed.flatMap(({ link }) => besideFeed(link, 'reports')))]
  const key = await openAgentKey(agent.layout.key)
  const { logger } = options
  const onFailure = (error: unknown) => {
    logger.warn({ error: describeError(error) }, 'a report could not be made')
    if (isRepocastError(error, 'REPOCAST_DATABASE_CORRUPT')) end(error)
  }
  const reporter = new Reporter({ urls, key, status, fetch: agent.fetch, logger, onFailure })
  onChange(() => reporter.changed())
  return reporter
}

/** Packs of repositories that are followed no more leave the swarm; what they hold stays on the disk. */
async function leaveOthers({ store, swarm }: OpenAgent, followed: readonly Followed[]): Promise<void> {
  const names = new Set<string>(followed.map(({ link }) => link.repository))
  for (const pack of [...swarm.packs()]) {
    if (store.snapshots.repositoriesWith(pack.infoHash).some(name => names.has(name))) continue
    await pack.remove()
    store.closePack(pack.infoHash)
  }
}

function createScrub({ agent, options, configuration, followed }: FollowAllOptions) {
  const { store } = agent
  const { clock, logger } = options
  const { every, rate } = configuration.scrub
  const scrub = store.scrub()
  const healer = createHealer(agent, scrub, followed, logger)
  const everySeconds = parseDuration(every)
  const scrubber = new Scrubber({ store, scrub, healer, everySeconds, rate: parseRate(rate), clock, logger })
  return { healer, scrubber }
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>(resolvePromise => signal.addEventListener('abort', () => resolvePromise(), { once: true }))
}
