import { describeError, RepocastError } from '@repocast/errors'
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
  try {
    return new Networks(networks)
  } catch (cause) {
    throw new RepocastError('REPOCAST_CONFIGURATION_WRONG', {
      message: `origin.yaml: ${key}: ${describeError(cause)}`,
      hint: 'write addresses, or networks such as 10.20.0.0/16 or 2001:db8::/32',
      cause,
    })
  }
}
