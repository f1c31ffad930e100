import { describeError, isRepocastError, RepocastError } from '@repocast/errors'
import { parseLink } from '@repocast/feed'
import { Site } from '@repocast/swarm'
import type { AgentConfiguration } from './configuration.ts'
import { LimitPlan } from './limits/limit-plan.ts'
import type { PeerOptions } from './open-agent.ts'

/** How an agent meets other peers, by its configuration. @throws RepocastError REPOCAST_CONFIGURATION_WRONG */
export function peerOptions(configuration: AgentConfiguration): PeerOptions {
  return {
    peerPort: configuration['peer-port'],
    maxConnections: configuration['max-connections'],
    site: siteOf(configuration),
  }
}

/**
 * What may move when, by the configuration.
 * @throws RepocastError REPOCAST_CONFIGURATION_WRONG, REPOCAST_LINK_MALFORMED
 */
export function limitPlan(configuration: AgentConfiguration): LimitPlan {
  const limited = configuration.repositories.filter(
    one => one['upload-limit'] ?? one['download-limit'] ?? one['limit-schedule'],
  )
  const repositories = new Map(limited.map(one => [parseLink(one.link).repository, one]))
  try {
    return new LimitPlan(configuration, repositories, configuration['time-zone'])
  } catch (cause) {
    throw new RepocastError('REPOCAST_CONFIGURATION_WRONG', {
      message: `agent.yaml: limits: ${describeError(cause)}`,
      hint: isRepocastError(cause) ? cause.hint : undefined,
      cause,
    })
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
