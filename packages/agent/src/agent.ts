import type { AgentActivity, AgentFailure, AgentStatus, PublishedEvent } from '@repocast/api'
import { createHttpServer, EventStream, listen, loadPages, loadWebhookSecrets, parseListen } from '@repocast/daemon'
import type { Refreshed } from '@repocast/feed'
import type { RepositoryName } from '@repocast/objects'
import { type AgentConfiguration, loadAgentConfiguration } from './configuration.ts'
import { followAll } from './follow/follow-all.ts'
import type { Mirror } from './follow/mirror.ts'
import { AgentLayout } from './layout.ts'
import { limitStatus } from './limits/limit-status.ts'
import { createAgentMetrics } from './metrics.ts'
import {
  type AgentOptions,
  type Followed,
  followedBy,
  type OpenAgent,
  openMirror,
  statusOf,
  withAgent,
} from './open-agent.ts'
import { checkPeerLists, limitPlan, meetPeers, peerOptions } from './peer-options.ts'
import { addRelayRoutes } from './relay/routes.ts'
import { changedKeys } from './reload.ts'
import { RecentFailures } from './report/recent-failures.ts'
import { agentActivity } from './serve/activity.ts'
import { addRoutes, serveTrees } from './serve/routes.ts'

export interface AgentDaemonOptions extends AgentOptions {
  /** Directory of the built pages. */
  readonly pages: string
}

/** What whoever runs an agent is given when it has started. */
export interface RunningAgent {
  readonly status: () => AgentStatus
  /** Reads the configuration again; what is wrong in it is told, and the old one stays. @throws as `loadConfiguration` */
  readonly reload: () => Promise<void>
}

/**
 * `repocast agent run`: follows every configured repository, serves and seeds it, until `signal` says stop.
 * @throws RepocastError REPOCAST_CONFIGURATION_MISSING, REPOCAST_CONFIGURATION_WRONG, REPOCAST_LINK_MALFORMED,
 *   REPOCAST_AGENT_RUNNING, REPOCAST_HTTP_CANNOT_LISTEN, REPOCAST_SWARM_PORT_UNAVAILABLE
 */
export async function runAgent(
  options: AgentDaemonOptions,
  signal: AbortSignal,
  onStart?: (running: RunningAgent) => void,
): Promise<void> {
  const configuration = await loadFollowed(options)
  const plan = limitPlan(configuration)
  await withAgent(options, { ...peerOptions(configuration, new AgentLayout(options.data)), plan }, async agent => {
    meetPeers(agent.swarm, configuration)
    await new RunAgent(agent, options, configuration).run(signal, onStart)
    options.logger.info({}, 'stopping')
  })
}

/** Links and secrets are looked at, too, so that a wrong one is told before anything is changed. */
async function loadFollowed({ data, environment }: AgentOptions): Promise<AgentConfiguration> {
  const configuration = await loadAgentConfiguration(new AgentLayout(data), environment)
  followedBy(configuration)
  limitPlan(configuration)
  checkPeerLists(configuration)
  for (const { secret } of configuration.webhooks)
    if (secret !== undefined) await loadWebhookSecrets(secret, environment)
  return configuration
}

/** An agent from its start to its end, with one configuration after the other. */
class RunAgent {
  readonly #agent: OpenAgent
  readonly #options: AgentDaemonOptions
  readonly #failures = new RecentFailures()
  /** What is published, for mirrors that follow this one. */
  readonly #events = new EventStream()
  #configuration: AgentConfiguration
  #mirrors: readonly Mirror[] = []
  #reloaded = new AbortController()
  #changed = (): void => {}

  constructor(agent: OpenAgent, options: AgentDaemonOptions, configuration: AgentConfiguration) {
    this.#agent = agent
    this.#options = options
    this.#configuration = configuration
  }

  async run(signal: AbortSignal, onStart?: (running: RunningAgent) => void): Promise<void> {
    const { logger } = this.#options
    const status = statusOf(
      this.#agent,
      this.#options,
      () => ({ name: this.#configuration.name, publicUrl: this.#configuration['public-url'] }),
      () => this.#mirrors,
    )
    let followed = this.#open()
    await this.#listen(status)
    // who reads the line below may send signals
    onStart?.({ status, reload: async () => await this.#reload() })
    const { listen: address, repositories } = this.#configuration
    logger.info(
      { listen: address, peerPort: this.#agent.swarm.port, repositories: repositories.length },
      'the agent is running',
    )
    while (!signal.aborted) {
      this.#reloaded = new AbortController()
      await followAll({
        agent: this.#agent,
        options: this.#options,
        configuration: this.#configuration,
        followed,
        mirrors: this.#mirrors,
        status,
        onChange: changed => {
          this.#changed = changed
        },
        signal: AbortSignal.any([signal, this.#reloaded.signal]),
      })
      if (!signal.aborted) followed = this.#open()
    }
  }

  #open(): Followed[] {
    const followed = followedBy(this.#configuration)
    const told = {
      onChange: () => this.#changed(),
      onFailure: (failure: AgentFailure) => this.#failures.add(failure),
      onNews: (repository: RepositoryName, { newest: serial }: Refreshed) => {
        if (serial > 0) this.#events.send('published', { repository, serial } satisfies PublishedEvent)
      },
    }
    this.#mirrors = followed.map(one => openMirror(this.#agent, this.#options, one, told))
    return followed
  }

  async #listen(status: () => AgentStatus): Promise<void> {
    const { listen: address, 'trusted-proxies': trustedProxies } = this.#configuration
    const lacksOne = () => this.#mirrors.some(mirror => mirror.status().serial === null)
    const server = createHttpServer({
      logger: this.#options.logger,
      metrics: createAgentMetrics(status),
      trustedProxies,
      isReady: () => !lacksOne() || 'a repository has no snapshot yet',
    })
    const pages = await loadPages(this.#options.pages)
    if (!pages) {
      const fields = { directory: this.#options.pages }
      this.#options.logger.warn(fields, 'the page was not built, / leads to /status.json: npm run build')
    }
    const trees = {
      store: this.#agent.store,
      mirrors: () => this.#mirrors,
      isListing: () => this.#configuration['directory-listing'],
    }
    addRoutes(server, { ...trees, status, activity: () => this.#activity(), pages })
    addRelayRoutes(server, {
      mirrors: () => this.#mirrors,
      store: this.#agent.store,
      peerPort: this.#configuration['announce-port'] ?? this.#agent.swarm.port,
      events: this.#events,
      otherwise: serveTrees(trees),
    })
    const { host, port } = parseListen(address)
    await listen(server, host, port)
    this.#agent.life.onEnd('http', async () => await server.close())
    this.#agent.life.onEnd('events', () => this.#events.close())
  }

  #activity(): AgentActivity {
    const connections = this.#agent.swarm.peers()
    const limits = { ...limitStatus(this.#agent.limits), connections: this.#configuration['max-connections'] }
    return agentActivity({ limits, connections, failures: this.#failures.list })
  }

  async #reload(): Promise<void> {
    const { logger } = this.#options
    const configuration = await loadFollowed(this.#options)
    const { live, atStart } = changedKeys(this.#configuration, configuration)
    if (atStart.length > 0) logger.warn({ keys: atStart }, 'what changed in the configuration there needs a restart')
    if (live.length > 0) {
      meetPeers(this.#agent.swarm, configuration, this.#configuration)
      this.#configuration = configuration
      this.#agent.limits.follow(limitPlan(configuration))
      this.#reloaded.abort()
    }
    logger.info({ changed: live }, 'the configuration was read again')
  }
}
