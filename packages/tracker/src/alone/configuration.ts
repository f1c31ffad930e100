import { listenPattern, loadConfiguration, parseConfiguration, sampleConfiguration } from '@repocast/daemon'
import { isRepocastError, systemErrorCode } from '@repocast/errors'
import Type, { type Static } from 'typebox'
import { defaultLimits, type TrackerLimits } from '../tracker.ts'

const limit = (value: number, maximum: number, description: string) =>
  Type.Integer({ minimum: 1, maximum, default: value, description })

/** In the data directory; made when it is missing. */
export const defaultTorrents = 'torrents'

/** `tracker.yaml`. */
export const TrackerConfiguration = Type.Object(
  {
    listen: Type.String({
      pattern: listenPattern,
      default: '0.0.0.0:6969',
      description: 'Address and port for announces over HTTP, and for statistics. [::]:6969 takes IPv6 and IPv4.',
    }),
    udp: Type.Array(Type.String(), {
      default: [],
      description: 'Addresses and ports for announces over UDP (BEP 15). Off unless it is set.',
      examples: [['0.0.0.0:6969', '[::]:6969']],
    }),
    websocket: Type.Boolean({
      default: false,
      description:
        'Also take announces over WebSocket (ws://…/announce), for peers that speak WebRTC such as browsers.',
    }),
    torrents: Type.String({
      minLength: 1,
      default: defaultTorrents,
      description:
        'Which torrents are tracked: a directory of .torrent files, or a file with an info-hash on each line. Relative to the data directory. Changes are seen while it runs.',
    }),
    open: Type.Boolean({
      default: false,
      description:
        'Track every torrent that anybody announces, not only those above. Think of what strangers will use it for.',
    }),
    'interval-seconds': Type.Integer({
      minimum: 30,
      maximum: 7200,
      default: 900,
      description: 'How often peers announce themselves. It grows by itself with the load.',
    }),
    'trusted-proxies': Type.Array(Type.String(), {
      default: [],
      description: 'Addresses or networks of reverse proxies whose X-Forwarded-For is believed.',
      examples: [['10.0.0.5']],
    }),
    limits: Type.Object(
      {
        peers: limit(defaultLimits.maxPeers, 20_000_000, 'Peers that are remembered, at most. 100,000 take some 5 MB.'),
        'peers-per-swarm': limit(defaultLimits.maxPeersPerSwarm, 20_000_000, 'Of one torrent.'),
        'peers-per-address': limit(
          defaultLimits.maxPeersPerAddress,
          65_535,
          'Of one address (of IPv6, one network of 64 bits) in one torrent. Raise it when many mirrors share an address.',
        ),
        swarms: limit(defaultLimits.maxSwarms, 10_000_000, 'Torrents with peers. 100,000 take some 250 MB.'),
        connections: limit(10_000, 1_000_000, 'Connections over HTTP at the same time.'),
        'web-sockets': limit(defaultLimits.maxWebSockets, 1_000_000, 'Connections over WebSocket at the same time.'),
        'requests-per-second': limit(
          defaultLimits.requestsPerSecond,
          1_000_000,
          'Announces and scrapes of one address, in the long run.',
        ),
        'request-burst': limit(defaultLimits.requestBurst, 1_000_000_000, 'And at once, after a rest.'),
      },
      { additionalProperties: false, description: 'Bounds, so that nobody takes all.' },
    ),
  },
  { additionalProperties: false },
)
export type TrackerConfiguration = Static<typeof TrackerConfiguration>

const title =
  'Configuration of a repocast tracker that runs alone. All of it may be left out. Environment variables REPOCAST_KEY (upper case, _ for -) override.'

/** The commented file. */
export function sampleTrackerConfiguration(): string {
  return sampleConfiguration(TrackerConfiguration, title)
}

/**
 * The configuration in a file; where there is no file, the defaults.
 * @throws RepocastError REPOCAST_CONFIGURATION_MISSING, REPOCAST_CONFIGURATION_WRONG
 */
export async function loadTrackerConfiguration(
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<TrackerConfiguration> {
  try {
    return await loadConfiguration(TrackerConfiguration, path, environment)
  } catch (error) {
    if (!isRepocastError(error, 'REPOCAST_CONFIGURATION_MISSING') || systemErrorCode(error.cause) !== 'ENOENT')
      throw error
    return parseConfiguration(TrackerConfiguration, '', path, environment)
  }
}

/** The limits of a configuration, as the tracker calls them. */
export function limitsOf({ limits }: TrackerConfiguration): TrackerLimits {
  return {
    maxPeers: limits.peers,
    maxPeersPerSwarm: limits['peers-per-swarm'],
    maxPeersPerAddress: limits['peers-per-address'],
    maxSwarms: limits.swarms,
    maxWebSockets: limits['web-sockets'],
    requestsPerSecond: limits['requests-per-second'],
    requestBurst: limits['request-burst'],
  }
}
