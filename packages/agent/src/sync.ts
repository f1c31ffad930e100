import { setTimeout as sleep } from 'node:timers/promises'
import type { AgentStatus } from '@repocast/api'
import { describeError } from '@repocast/errors'
import { parseLink } from '@repocast/feed'
import { Site } from '@repocast/swarm'
import { filterOf } from './filter/configuration.ts'
import type { UpdateResult } from './follow/mirror-options.ts'
import { LimitPlan } from './limits/limit-plan.ts'
import { type AgentOptions, besideFeed, openMirror, statusOf, withAgent } from './open-agent.ts'
import { openAgentKey } from './report/agent-key.ts'
import { Reporter } from './report/reporter.ts'
import { checkSyncSettings } from './sync-settings.ts'

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
  /** `SyncSettings`, as they are given; what is undefined is not. */
  readonly settings: object
  readonly signal: AbortSignal
  /** Called once, with a way to ask how far it is. */
  readonly onStart?: (status: () => AgentStatus) => void
  /** Called when the snapshot is served, before it is seeded. */
  readonly onServed?: (result: UpdateResult, status: AgentStatus) => void
}

/**
 * `repocast agent sync`: brings one repository to its newest snapshot, seeds it for a while, and ends.
 * @throws RepocastError REPOCAST_LINK_MALFORMED, REPOCAST_CONFIGURATION_WRONG, REPOCAST_AGENT_RUNNING, and what `Mirror.update` throws
 */
export async function syncOnce(options: AgentOptions, sync: SyncOptions): Promise<void> {
  const link = parseLink(sync.link)
  const { 'bind-address': bindAddress, site, peers, ...settings } = checkSyncSettings(sync.settings)
  const { 'upload-limit': upload, 'download-limit': download, ...filter } = settings
  const plan = new LimitPlan({ 'upload-limit': upload, 'download-limit': download }, new Map())
  const met = { peerPort: sync.peerPort, maxConnections: 500, bindAddress, site: new Site(site), plan }
  await withAgent(options, met, async agent => {
    void agent.swarm.knowPeers('configuration', peers)
    const { directory: path, check, serial: hold } = sync
    const mirror = openMirror(agent, options, { link, path, check, hold, filter: filterOf(filter) })
    const status = statusOf(
      agent,
      options,
      () => ({ name: sync.name }),
      () => [mirror],
    )
    const urls = besideFeed(link, 'reports')
    const key = await openAgentKey(agent.layout.key)
    const { logger } = options
    const onFailure = (error: unknown) => logger.warn({ error: describeError(error) }, 'a report could not be made')
    const reporter = new Reporter({ urls, key, status, fetch: agent.fetch, logger, onFailure })
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
