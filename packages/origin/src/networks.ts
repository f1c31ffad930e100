import { readNetworks } from '@repocast/daemon'
import { Networks } from '@repocast/swarm'
import type { OriginConfiguration } from './configuration.ts'

/** The lists of networks in the configuration, by key. @throws as `parseNetworks` */
export function networksOf(configuration: OriginConfiguration) {
  return {
    'peer-allow': parseNetworks('peer-allow', configuration['peer-allow']),
    'peer-block': parseNetworks('peer-block', configuration['peer-block']),
    'trust-ip-from': parseNetworks('tracker.trust-ip-from', configuration.tracker['trust-ip-from']),
  }
}

/** The list of networks at a key of the configuration. @throws RepocastError REPOCAST_CONFIGURATION_WRONG when one is none */
export function parseNetworks(key: string, networks: readonly string[]): Networks {
  return readNetworks('origin.yaml', key, () => new Networks(networks))
}
