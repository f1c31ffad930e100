import { dhtChoice, parseDuration, readKey, readNetworks } from '@repocast/daemon'
import { parseLink } from '@repocast/feed'
import { Networks, Site, type Swarm } from '@repocast/swarm'
import type { AgentConfiguration } from './configuration.ts'
import type { AgentLayout } from './layout.ts'
import { LimitPlan } from './limits/limit-plan.ts'
import type { PeerOptions } from './open-agent.ts'

/** How an agent meets other peers, by its configuration. @throws RepocastError REPOCAST_CONFIGURATION_WRONG */
export function peerOptions(configuration: AgentConfiguration, layout: AgentLayout): PeerOptions {
  return {
    peerPort: configuration['peer-port'],
    maxConnections: configuration['max-connections'],
    bindAddress: configuration['bind-address'],
    announceAddress: configuration['announce-address'],
    announcePort: configuration['announce-port'],
    encryption: configuration.encryption,
    localDiscovery: configuration['local-discovery'] ? {} : undefined,
    peerExchange: configuration['peer-exchange'],
    dht: dhtChoice(configuration, layout.dhtNodes),
    site: siteOf(configuration),
    limits: { rampUpSeconds: parseDuration(configuration['ramp-up']) },
    proxy: configuration.proxy,
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
  const read = () => new LimitPlan(configuration, repositories, configuration['time-zone'])
  return readKey('agent.yaml', 'limits', read)
}

/**
 * Whom an agent meets, by the configuration: from now on, also of those that are connected.
 * @throws RepocastError REPOCAST_LINK_MALFORMED
 */
export function meetPeers(swarm: Swarm, configuration: AgentConfiguration, before?: AgentConfiguration): void {
  const { 'peer-allow': allow, 'peer-block': block, peers } = configuration
  swarm.filterPeers({ allow, block })
  const known = new Map<string | undefined, readonly string[]>([[undefined, peers]])
  // those that are followed no more, too
  for (const one of [...(before?.repositories ?? []), ...configuration.repositories])
    known.set(parseLink(one.link).repository, configuration.repositories.includes(one) ? (one.peers ?? []) : [])
  // not waited for: it takes as long as names are looked up
  for (const [group, list] of known) void swarm.knowPeers('configuration', list, group)
}

/** @throws RepocastError REPOCAST_CONFIGURATION_WRONG */
export function checkPeerLists(configuration: AgentConfiguration): void {
  for (const key of ['peer-allow', 'peer-block', 'site-networks'] as const)
    readNetworks('agent.yaml', key, () => new Networks(configuration[key]))
}

function siteOf({ site, 'site-networks': networks }: AgentConfiguration): Site {
  return readNetworks('agent.yaml', 'site-networks', () => new Site(site, networks))
}
