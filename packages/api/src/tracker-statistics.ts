import Type, { type Static } from 'typebox'

const count = Type.Integer({ minimum: 0 })
/** Peers that have all that they want, such as a mirror with a filter, and not all that there is (BEP 21). */
export const partialSeeds = Type.Integer({ minimum: 0, description: 'peers that want nothing more, and have not all' })
const bytes = Type.Integer({ minimum: 0, description: 'bytes, as peers said, ever' })

/** The swarm of a torrent. */
export const TrackedSwarmStatistics = Type.Object({
  infoHash: Type.String(),
  name: Type.String({ description: 'empty when the tracker does not know it' }),
  seeders: count,
  partialSeeds,
  leechers: count,
  completed: Type.Integer({ minimum: 0, description: 'downloads that were finished, ever' }),
  uploadedBytes: bytes,
  downloadedBytes: bytes,
})
export type TrackedSwarmStatistics = Static<typeof TrackedSwarmStatistics>

/** `GET /stats.json` of a tracker that runs alone. */
export const TrackerStatsDocument = Type.Object({
  format: Type.Literal('repocast tracker statistics'),
  version: Type.Literal(1),
  generated: Type.String({ description: 'ISO 8601, UTC' }),
  started: Type.String({ description: 'ISO 8601, UTC' }),
  open: Type.Boolean({ description: 'whether it tracks torrents that nobody listed' }),
  totals: Type.Object({
    torrents: Type.Integer({ minimum: 0, description: 'listed' }),
    swarms: Type.Integer({ minimum: 0, description: 'with peers' }),
    peers: count,
    seeders: count,
    partialSeeds,
    leechers: count,
    webConnections: Type.Integer({ minimum: 0, description: 'peers over WebSocket; they are not in the other counts' }),
  }),
  requests: Type.Object(
    {
      http: count,
      udp: count,
      web: count,
      limited: Type.Integer({ minimum: 0, description: 'of these, because an address asked too often' }),
      announces: Type.Integer({ minimum: 0, description: 'of these, answered with peers' }),
      refused: Type.Integer({ minimum: 0, description: 'announces of torrents that are not tracked' }),
      announcesPerSecond: Type.Number({ minimum: 0, description: 'over the last half a minute or so' }),
    },
    { description: 'since it started' },
  ),
  swarms: Type.Array(TrackedSwarmStatistics, { description: 'those with most peers, 1,000 at most' }),
})
export type TrackerStatsDocument = Static<typeof TrackerStatsDocument>
