import type { AgentActivity } from '@repocast/api'
import { parseRate } from '@repocast/daemon'
import { describeError, RepocastError } from '@repocast/errors'
import { Site } from '@repocast/swarm'
import type { AgentConfiguration } from './configuration.ts'
import type { PeerOptions } from './open-agent.ts'

/** How an agent meets other peers, by its configuration. @throws RepocastError REPOCAST_CONFIGURATION_WRONG */
export function peerOptions(configuration: AgentConfiguration): PeerOptions {
  return {
    peerPort: configuration['peer-port'],
    maxConnections: configuration['max-connections'],
    site: siteOf(configuration),
    limits: ratesOf(configuration),
  }
}

/** Bytes per second; 0 is without limit. */
export function ratesOf({ 'upload-limit': upload, 'download-limit': download }: AgentConfiguration): {
  readonly uploadRate: number
  readonly downloadRate: number
} {
  return {
    uploadRate: upload === undefined ? 0 : parseRate(upload),
    downloadRate: download === undefined ? 0 : parseRate(download),
  }
}

/** The limits as the agent's page tells them. */
export function toldLimits(configuration: AgentConfiguration): AgentActivity['limits'] {
  const { downloadRate, uploadRate } = ratesOf(configuration)
  const told = (rate: number) => (rate === 0 ? null : Math.round(rate))
  const connections = configuration['max-connections']
  return { downloadRate: told(downloadRate), uploadRate: told(uploadRate), connections }
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
