import {
  bindAddressPattern,
  dhtKeys,
  durationPattern,
  listenPattern,
  loadConfiguration,
  peerKeys,
  ratePattern,
  sampleConfiguration,
} from '@repocast/daemon'
import { type RepositoryName, repositoryPattern } from '@repocast/objects'
import Type, { type Static } from 'typebox'
import type { OriginLayout } from './layout.ts'
import { MirrorListsConfiguration } from './mirror-lists/configuration.ts'
import { NotificationsConfiguration } from './notifications/configuration.ts'
import type { Keep } from './retention/choose-snapshots.ts'

const snapshotsToKeep = { minimum: 1, maximum: 100_000 }
const daysToKeep = { minimum: 0, maximum: 36_500 }

/** What may be set for one repository. */
const RepositorySettings = Type.Object(
  {
    keep: Type.Optional(
      Type.Object(
        {
          snapshots: Type.Optional(Type.Integer(snapshotsToKeep)),
          days: Type.Optional(Type.Integer(daysToKeep)),
        },
        { additionalProperties: false },
      ),
    ),
    tree: Type.Optional(Type.String({ pattern: '^/' })),
    watch: Type.Optional(
      Type.Object(
        {
          'still-for': Type.Optional(Type.String({ pattern: durationPattern })),
          every: Type.Optional(Type.String({ pattern: durationPattern })),
        },
        { additionalProperties: false },
      ),
    ),
    allow: Type.Optional(Type.Array(Type.String())),
    keyring: Type.Optional(Type.String({ pattern: '^/' })),
    'shrink-limit': Type.Optional(Type.String({ pattern: '^(100|[0-9]{1,2}([.][0-9])?) ?%$' })),
    'publish-interval': Type.Optional(Type.String({ pattern: durationPattern })),
    private: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)

/** `origin.yaml`. */
export const OriginConfiguration = Type.Object(
  {
    url: Type.String({
      pattern: '^https?://[^/?#]+(/[^?#]*)?$',
      description:
        'Address under which mirrors reach this origin over HTTP. It stands in subscription links and .torrent files, so think before you change it.',
      examples: ['http://origin.example.org:8080'],
    }),
    listen: Type.String({
      pattern: listenPattern,
      default: '0.0.0.0:8080',
      description: 'Address and port for all that is HTTP: feed, .torrent files, pack ranges, tracker, statistics.',
    }),
    'peer-port': Type.Integer({
      minimum: 0,
      maximum: 65_535,
      default: 6881,
      description: 'TCP port for BitTorrent peers; mirrors must be able to reach it. 0: any free one.',
    }),
    'bind-address': Type.Optional(
      Type.String({
        pattern: bindAddressPattern,
        maxLength: 100,
        description:
          'Address of this host on which peers are listened for, and from which peers and further trackers of its family (IPv4 or IPv6) are called. All addresses of the host unless it is set. For HTTP there is `listen`.',
        examples: ['192.0.2.10'],
      }),
    ),
    'peer-address': Type.Optional(
      Type.String({
        minLength: 1,
        description: 'Name or address under which peers reach the peer port, when it is not the host of `url`.',
        examples: ['seed.example.org'],
      }),
    ),
    'max-connections': Type.Integer({
      minimum: 1,
      maximum: 100_000,
      default: 1000,
      description: 'Peers that are connected at the same time, at most.',
    }),
    'upload-limit': Type.Optional(
      Type.String({
        pattern: ratePattern,
        description:
          'What all peers together are given, at most. What is asked of /packs over HTTP comes on top. Without limit unless it is set.',
        examples: ['500Mbit/s'],
      }),
    ),
    ...peerKeys,
    ...dhtKeys,
    trackers: Type.Array(Type.String({ pattern: '^(https?|udp|wss?)://[^ ]+$', maxLength: 500 }), {
      maxItems: 20,
      default: [],
      description:
        'Further trackers, named in the .torrent files of new packs behind the bundled one. Agents announce to all that speak HTTP, and so does this origin; they have to know the packs (`repocast tracker run` takes a list).',
      examples: [['https://tracker.example.net/announce']],
    }),
    private: Type.Boolean({
      default: false,
      description:
        'Mark new packs as private (BEP 27): peers learn of each other from trackers and configuration only, never by peer exchange, local discovery or DHT. It keeps nobody out who knows the .torrent.',
    }),
    'trusted-proxies': Type.Array(Type.String(), {
      default: [],
      description: 'Addresses or networks of reverse proxies whose X-Forwarded-For is believed.',
      examples: [['10.0.0.5']],
    }),
    'statistics-token': Type.Optional(
      Type.String({
        minLength: 16,
        maxLength: 200,
        pattern: '^[!-~]+$',
        description:
          'Who sees the dashboard, statistics and metrics: those who send this token (as a bearer, or as the password of any user). Everybody unless it is set. Feed, packs, tracker and reports are not guarded by it.',
        examples: ['ctB7zR0hYF3mUu9nN1eQ'],
      }),
    ),
    'http-limit': Type.Object(
      {
        'requests-per-second': Type.Integer({
          minimum: 1,
          maximum: 1_000_000,
          default: 100,
          description: 'In the long run. Who asks more often is answered 429.',
        }),
        burst: Type.Integer({
          minimum: 1,
          maximum: 1_000_000,
          default: 2000,
          description: 'At once, after a rest. Raise it when many mirrors share an address.',
        }),
      },
      {
        additionalProperties: false,
        description:
          'What one address (of IPv6, one network of 64 bits) may ask over HTTP: pages, lists, reports, feed. Not counted: /packs, /announce and /scrape, which have limits of their own, and this host. Behind a proxy, name it in `trusted-proxies`.',
      },
    ),
    tracker: Type.Object(
      {
        'interval-seconds': Type.Integer({
          minimum: 5,
          maximum: 3600,
          default: 120,
          description: 'How often peers announce themselves.',
        }),
        'udp-port': Type.Optional(
          Type.Integer({
            minimum: 1,
            maximum: 65_535,
            description: 'Also answer announces over UDP (BEP 15) on this port. Off unless it is set.',
            examples: [8081],
          }),
        ),
        'peers-per-address': Type.Integer({
          minimum: 1,
          maximum: 65_535,
          default: 64,
          description:
            'Peers of one address (of IPv6, one network of 64 bits) that are remembered for one pack. Raise it when more mirrors share an address.',
        }),
        'trust-ip-from': Type.Array(Type.String(), {
          default: [],
          description:
            'Addresses or networks of peers that may announce another address than the one they come from (`ip`), as behind NAT.',
          examples: [['10.20.0.0/16']],
        }),
        websocket: Type.Boolean({
          default: false,
          description:
            'Also take announces over WebSocket (ws://…/announce), for peers that speak WebRTC such as browsers.',
        }),
      },
      { additionalProperties: false, description: 'The bundled tracker, which knows packs of this origin only.' },
    ),
    ingest: Type.Union([Type.Literal('copy'), Type.Literal('hardlink')], {
      default: 'copy',
      description:
        'How published files get into the store: copy (those above 16 KiB share blocks where the filesystem can), or hardlink, which takes no space but trusts that nobody changes a published file in place.',
    }),
    keep: Type.Object(
      {
        snapshots: Type.Integer({ ...snapshotsToKeep, default: 10, description: 'The newest ones, so many.' }),
        days: Type.Integer({
          ...daysToKeep,
          default: 14,
          description: 'Those that were published in the last so many days.',
        }),
      },
      {
        additionalProperties: false,
        description:
          'Which snapshots of a repository stay when the origin collects what nobody needs, once a day or by `repocast origin gc`: those that either rule names. The newest always stays.',
      },
    ),
    repositories: Type.Record(Type.String({ pattern: repositoryPattern.source }), RepositorySettings, {
      additionalProperties: false,
      default: {},
      description:
        'Settings for single repositories, by name. `tree` is what `repocast origin publish NAME` publishes. With `watch` the daemon publishes it by itself, when repomd.xml or Release (of a plain tree: anything) changed and all of it was still for `still-for` (30s unless set); it looks each `every` (10s). `allow`: codes of errors of the check that do not stop a publish (docs/findings.md). `keyring`: file of OpenPGP keys that must have signed repomd.xml or Release. `shrink-limit`: share of its files that an update may remove (30%). `publish-interval`: how often it is published, such as 24h; a Valid-Until that ends before is told. `private` and `keep` override those above, `keep` in part or as a whole.',
      examples: [
        {
          debian: {
            tree: '/srv/debian',
            watch: { 'still-for': '30s' },
            'publish-interval': '6h',
            keep: { snapshots: 3 },
          },
        },
      ],
    }),
    'mirror-lists': MirrorListsConfiguration,
    notifications: NotificationsConfiguration,
  },
  { additionalProperties: false },
)
export type OriginConfiguration = Static<typeof OriginConfiguration>

const title = 'Configuration of a repocast origin. Environment variables REPOCAST_KEY (upper case, _ for -) override.'

/** The commented file for an origin at `url`. */
export function sampleOriginConfiguration(values: Partial<OriginConfiguration>): string {
  return sampleConfiguration(OriginConfiguration, title, values)
}

/** @throws RepocastError REPOCAST_CONFIGURATION_MISSING, REPOCAST_CONFIGURATION_WRONG */
export async function loadOriginConfiguration(
  layout: OriginLayout,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<OriginConfiguration> {
  return await loadConfiguration(OriginConfiguration, layout.configuration, environment)
}

/** An address below the origin's own. */
export function originUrl({ url }: OriginConfiguration, path: string): string {
  return `${url.replace(/\/+$/, '')}/${path}`
}

/** Which snapshots of a repository stay. */
export function keepOf({ keep, repositories }: OriginConfiguration, repository: RepositoryName): Keep {
  return { ...keep, ...repositories[repository]?.keep }
}
