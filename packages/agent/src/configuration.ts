import { hostname } from 'node:os'
import {
  bindAddressPattern,
  bytesPattern,
  dhtKeys,
  durationPattern,
  hostPortPattern,
  listenPattern,
  loadConfiguration,
  peerKeys,
  proxyPattern,
  ratePattern,
  sampleConfiguration,
  sharePattern,
} from '@repocast/daemon'
import Type, { type Static } from 'typebox'
import { checkRepositories } from './check-repositories.ts'
import { FilterConfiguration } from './filter/configuration.ts'
import { HooksConfiguration, RepositoryHooks } from './hooks/settings.ts'
import { WebhooksConfiguration } from './hooks/swap-webhooks.ts'
import type { AgentLayout } from './layout.ts'
import { LimitSchedule, limitKeys } from './limits/configuration.ts'

const traceChoice = [Type.Boolean(), Type.Literal('auto')]

/** `agent.yaml`. */
export const AgentConfiguration = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: 200,
      default: hostname(),
      description: 'What this mirror is called in the statistics of the origin.',
    }),
    repositories: Type.Array(
      Type.Object(
        {
          link: Type.String({ description: 'Subscription link, from `repocast origin link REPOSITORY`.' }),
          path: Type.String({ pattern: '^/', description: 'Absolute path under which the repository is served.' }),
          urgent: Type.Optional(
            Type.Boolean({ description: 'Fetch it before the others, as for security updates. False by default.' }),
          ),
          'upload-limit': Type.Optional(limitKeys['upload-limit']),
          'download-limit': Type.Optional(limitKeys['download-limit']),
          'limit-schedule': Type.Optional(LimitSchedule),
          peers: Type.Optional(Type.Array(Type.String({ pattern: hostPortPattern }), { maxItems: 1000 })),
          check: Type.Optional(Type.Boolean({ description: 'As `check` below, for this repository.' })),
          'keep-removed': Type.Optional(
            Type.String({ pattern: durationPattern, description: 'As `keep-removed` below, for this repository.' }),
          ),
          'swap-delay': Type.Optional(
            Type.String({ pattern: durationPattern, description: 'As `swap-delay` below, for this repository.' }),
          ),
          'swap-jitter': Type.Optional(
            Type.String({ pattern: durationPattern, description: 'As `swap-jitter` below, for this repository.' }),
          ),
          trace: Type.Optional(Type.Union(traceChoice, { description: 'As `trace` below, for this repository.' })),
          hooks: Type.Optional(RepositoryHooks),
          feeds: Type.Optional(
            Type.Array(Type.String({ pattern: '^https?://[^?#@]+/$', maxLength: 1000 }), {
              maxItems: 15,
              description: 'More addresses of the same feed, such as those of mirrors that give it on.',
            }),
          ),
          filter: Type.Optional(FilterConfiguration),
          hold: Type.Optional(
            Type.Integer({ minimum: 1, description: 'Serial to have and to keep, whatever is published.' }),
          ),
        },
        { additionalProperties: false },
      ),
      {
        default: [],
        description:
          'What to follow. `link` comes from `repocast origin link REPOSITORY`; `path` becomes a symbolic link to the newest snapshot, and web servers serve it. `urgent: true` has a repository, such as security updates, fetched before the others. `hold: N` keeps it at serial N. `upload-limit`, `download-limit` and `limit-schedule` bound this repository, within the limits for all. `peers` are as below, for this repository. `feeds: [URL, …]` names more addresses of the same feed, such as http://mirror.example.org:8081/feed/debian/ of another mirror: all are asked, and the newest is taken. `filter` mirrors a part of it, such as `{architectures: [amd64], sources: false}`; its keys are `include`, `exclude`, `suites`, `components`, `architectures`, `sources`, `debug`, `newest`.',
        examples: [
          [
            {
              link: `repocast+http://origin.example.org:8080/feed/#1:debian:${'0123456789abcdef'.repeat(4)}`,
              path: '/srv/mirror/debian',
            },
          ],
        ],
      },
    ),
    check: Type.Boolean({
      default: true,
      description:
        'Hold each snapshot against the rules for its kind before it is served: metadata parses, and all that it names is there. One that clients could not use is not served.',
    }),
    'keep-removed': Type.String({
      pattern: durationPattern,
      default: '0s',
      description:
        'How long files that a new snapshot has not any more stay under the served path, such as 48h, so that clients with older metadata still find what it names.',
    }),
    'swap-delay': Type.String({
      pattern: durationPattern,
      default: '0s',
      description:
        'How long after its publishing a new snapshot is served; it is fetched and seeded at once. Mirrors with longer delays are later rings of a roll-out. With a channel the delay begins when this mirror hears of the promotion.',
    }),
    'swap-jitter': Type.String({
      pattern: durationPattern,
      default: '0s',
      description:
        'Up to so long more, so that mirrors with one delay do not swap together. It is the same for this mirror and a snapshot always.',
    }),
    trace: Type.Union(traceChoice, {
      default: 'auto',
      description:
        'Whether project/trace/HOST tells under the served path what is served since when, as ftpsync does it for Debian mirrors. auto: for deb repositories that have project/trace.',
    }),
    'trace-host': Type.String({
      pattern: '^[A-Za-z0-9_-][A-Za-z0-9._-]{0,250}$',
      default: hostname().replaceAll(/[^A-Za-z0-9._-]/g, '-'),
      description: 'Name of this mirror in its trace file, and of that file.',
    }),
    'trace-fields': Type.Record(
      Type.String({ pattern: '^[A-Z][A-Za-z -]{0,60}$' }),
      Type.String({ pattern: '^[^\\x00-\\x1f]{0,500}$' }),
      {
        default: {},
        description: 'Further lines of the trace file, such as Maintainer, Sponsor, Country, Location, Throughput.',
        examples: [{ Maintainer: 'Admins <mirror@example.org>', Country: 'DE' }],
      },
    ),
    hooks: HooksConfiguration,
    webhooks: WebhooksConfiguration,
    listen: Type.String({
      pattern: listenPattern,
      default: '0.0.0.0:8081',
      description: 'Address and port for HTTP: each repository under /NAME/, /status.json, /metrics, /healthz.',
    }),
    'directory-listing': Type.Boolean({
      default: true,
      description: 'Whether the directories of a repository are listed over HTTP, as pages for people and wget.',
    }),
    'public-url': Type.Optional(
      Type.String({
        pattern: '^https?://[^/?#]+(/[^?#]*)?$',
        maxLength: 500,
        description:
          'Address under which users find what this mirror serves, each repository under /NAME/. The origin shows it, and may send users there.',
        examples: ['https://mirror.example.org/pub'],
      }),
    ),
    relay: Type.Boolean({
      default: true,
      description:
        'Give the feeds on under /feed/NAME/ of `listen`, so that further mirrors can follow this one, also when the origin is gone: `repocast agent link NAME`. They are signed by the origin as before.',
    }),
    'relay-url': Type.Optional(
      Type.String({
        pattern: '^https?://[^/?#@]+(/[^?#]*)?$',
        maxLength: 500,
        description:
          'Address under which other mirrors reach `listen`; it stands in what `repocast agent link` prints.',
        examples: ['http://mirror.example.org:8081'],
      }),
    ),
    proxy: Type.Optional(
      Type.String({
        pattern: proxyPattern,
        maxLength: 500,
        description:
          'HTTP proxy for feed, events, reports and web seeds, instead of HTTP_PROXY and HTTPS_PROXY of the environment; `none` for no proxy. NO_PROXY holds in any case. Trackers and peers are asked directly.',
        examples: ['http://proxy.example.org:3128'],
      }),
    ),
    'peer-port': Type.Integer({
      minimum: 0,
      maximum: 65_535,
      default: 6881,
      description: 'TCP port for BitTorrent peers; other mirrors should be able to reach it. 0: any free one.',
    }),
    'bind-address': Type.Optional(
      Type.String({
        pattern: bindAddressPattern,
        maxLength: 100,
        description:
          'Address of this host on which peers are listened for, and from which peers, trackers, feeds and web seeds of its family (IPv4 or IPv6) are called. What goes to a proxy and to webhooks leaves as the system chooses. All addresses of the host unless it is set.',
        examples: ['192.0.2.10'],
      }),
    ),
    'announce-address': Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 100,
        description:
          'Address under which other mirrors reach this one, when it is not the one that the tracker sees, as behind NAT. The tracker must be told to believe it (`tracker.trust-ip-from` at the origin).',
        examples: ['198.51.100.7'],
      }),
    ),
    'announce-port': Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 65_535,
        description:
          'Port under which other mirrors reach this one, when a router forwards another one to `peer-port`.',
        examples: [16881],
      }),
    ),
    'max-connections': Type.Integer({
      minimum: 1,
      maximum: 100_000,
      default: 500,
      description: 'Peers that are connected at the same time, at most.',
    }),
    peers: Type.Array(Type.String({ pattern: hostPortPattern }), {
      maxItems: 1000,
      default: [],
      description:
        'Peers (HOST:PORT, their `peer-port`) that are called when something is missing, also when no tracker answers. Names are looked up again each time.',
      examples: [['mirror.example.org:6881', '[2001:db8::7]:6881']],
    }),
    ...peerKeys,
    'local-discovery': Type.Boolean({
      default: false,
      description:
        'Find mirrors in the same network by multicast (BEP 14, UDP port 6771, IPv4). Never about private packs.',
    }),
    'peer-exchange': Type.Boolean({
      default: true,
      description:
        'Tell connected peers of each other (PEX), so that they stay together while no tracker answers. Never about private packs.',
    }),
    ...dhtKeys,
    'ramp-up': Type.String({
      pattern: durationPattern,
      default: '0s',
      description:
        'How long a transfer that begins takes to come from 256 KiB/s to its full rate, such as 30s, where a sudden start looks like an attack.',
    }),
    'upload-limit': Type.Optional(
      Type.String({
        pattern: ratePattern,
        description: 'What all peers together are given, at most. Without limit unless it is set.',
        examples: ['50Mbit/s'],
      }),
    ),
    'download-limit': Type.Optional(
      Type.String({
        pattern: ratePattern,
        description: 'What is fetched of all repositories together, at most. Without limit unless it is set.',
        examples: ['200Mbit/s'],
      }),
    ),
    'limit-schedule': Type.Array(LimitSchedule.items, {
      maxItems: 100,
      default: [],
      description:
        'Other limits for some hours of the week; the first entry that is open holds. What it does not name stays as above; `unlimited` lifts it. Hours may go over midnight (22:00-06:00) and then belong to the day on which they begin.',
      examples: [
        [
          { days: 'mon-fri', hours: '08:00-18:00', 'upload-limit': '10Mbit/s', 'download-limit': '20Mbit/s' },
          { days: 'sat,sun', 'upload-limit': 'unlimited' },
        ],
      ],
    }),
    'time-zone': Type.Optional(
      Type.String({
        description: 'Whose clocks `limit-schedule` means. That of this host unless it is set.',
        examples: ['Europe/Berlin'],
      }),
    ),
    site: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description:
          'Name of the place whose mirrors share a line. Mirrors of one site fetch each piece over that line once and give it to each other.',
        examples: ['frankfurt'],
      }),
    ),
    'site-networks': Type.Array(Type.String(), {
      default: [],
      description: 'Addresses or networks whose mirrors are of this site, whatever they call it.',
      examples: [['10.20.0.0/16']],
    }),
    'keep-generations': Type.Integer({
      minimum: 1,
      maximum: 1000,
      default: 2,
      description:
        'Snapshots of each repository that stay whole, with the one that is served: `repocast agent rollback` goes back to them without the network.',
    }),
    reserve: Type.String({
      pattern: `${sharePattern}|${bytesPattern}`,
      default: '2%',
      description: 'What stays free on the disk with the data, as a share of it or in bytes such as 5GB.',
    }),
    'wipe-guard': Type.String({
      pattern: sharePattern,
      default: '50%',
      description:
        'A snapshot that would remove more of the served files than this waits until `repocast agent accept`. 100%: never.',
    }),
    'poll-interval': Type.String({
      pattern: durationPattern,
      default: '60s',
      description: "How often to look for a new snapshot. The origin's events usually tell sooner.",
    }),
    scrub: Type.Object(
      {
        every: Type.String({
          pattern: durationPattern,
          default: '30d',
          description: 'How long after the end of one round the next begins.',
        }),
        rate: Type.String({
          pattern: ratePattern,
          default: '50MB/s',
          description: 'How fast files are read for it, at most.',
        }),
      },
      {
        additionalProperties: false,
        description:
          'Looks for files that are rotten, gone, or were changed here, and mends them, from other mirrors if needed.',
      },
    ),
    report: Type.Boolean({
      default: true,
      description: 'Tell the origin what this mirror serves, signed with a key of its own.',
    }),
    'trusted-proxies': Type.Array(Type.String(), {
      default: [],
      description: 'Addresses or networks of reverse proxies whose X-Forwarded-For is believed.',
      examples: [['127.0.0.1']],
    }),
  },
  { additionalProperties: false },
)
export type AgentConfiguration = Static<typeof AgentConfiguration>

const title = 'Configuration of a repocast agent. Environment variables REPOCAST_KEY (upper case, _ for -) override.'

/** The commented file for an agent. */
export function sampleAgentConfiguration(values: Partial<AgentConfiguration> = {}): string {
  return sampleConfiguration(AgentConfiguration, title, values)
}

/** @throws RepocastError REPOCAST_CONFIGURATION_MISSING, REPOCAST_CONFIGURATION_WRONG */
export async function loadAgentConfiguration(
  layout: AgentLayout,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<AgentConfiguration> {
  return await loadConfiguration(AgentConfiguration, layout.configuration, environment, checkRepositories)
}
