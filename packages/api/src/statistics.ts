import Type, { type Static } from 'typebox'
import { DiskStatus, RepositoryState } from './agent-status.ts'
import { partialSeeds } from './tracker-statistics.ts'

const bytes = Type.Integer({ minimum: 0, description: 'bytes' })
const count = Type.Integer({ minimum: 0 })
const serial = Type.Integer({ minimum: 1 })
const time = Type.String({ description: 'ISO 8601, UTC' })

/** A published repository. */
export const RepositoryStatistics = Type.Object({
  name: Type.String(),
  kind: Type.Union([Type.Literal('yum'), Type.Literal('deb'), Type.Literal('plain')]),
  serial,
  created: time,
  bytes,
  files: count,
  packs: count,
  findings: Type.Object({ errors: count, warnings: count, notes: count }),
})
export type RepositoryStatistics = Static<typeof RepositoryStatistics>

/** A repository whose tree the origin watches, to publish it by itself. */
export const WatchStatistics = Type.Object({
  name: Type.String(),
  state: Type.Union(
    [
      Type.Literal('current'),
      Type.Literal('changing'),
      Type.Literal('publishing'),
      Type.Literal('refused'),
      Type.Literal('failing'),
    ],
    {
      description:
        'current: what the tree has is published; changing: waiting until it is still; refused: it cannot be published as it is; failing: tried again later',
    },
  ),
  step: Type.Union([Type.String(), Type.Null()], { description: 'what publishing is at' }),
  unpublishedSeconds: Type.Integer({ minimum: 0, description: 'since the tree has something that is not published' }),
  error: Type.Union([Type.Object({ code: Type.String(), message: Type.String() }), Type.Null()], {
    description: 'why the last publish, or look at the tree, failed',
  }),
})
export type WatchStatistics = Static<typeof WatchStatistics>

/** The swarm of a pack, as its tracker knows it. */
export const PackStatistics = Type.Object({
  infoHash: Type.String(),
  name: Type.String(),
  bytes,
  seeders: count,
  partialSeeds,
  leechers: count,
  completed: Type.Integer({ minimum: 0, description: 'downloads that were finished, ever' }),
  uploadedBytes: bytes,
  downloadedBytes: bytes,
})
export type PackStatistics = Static<typeof PackStatistics>

/** What a mirror serves of a repository, and how far it is behind. */
export const MirrorRepositoryStatistics = Type.Object({
  name: Type.String(),
  serial: Type.Union([serial, Type.Null()], { description: 'served; null: none yet' }),
  newestSerial: Type.Union([serial, Type.Null()]),
  lagSerials: count,
  lagSeconds: Type.Integer({
    minimum: 0,
    description: 'since the first snapshot that it does not serve was published',
  }),
  state: RepositoryState,
  progress: Type.Number({ minimum: 0, maximum: 1 }),
})
export type MirrorRepositoryStatistics = Static<typeof MirrorRepositoryStatistics>

/** A mirror that has reported. */
export const MirrorStatistics = Type.Object({
  id: Type.String({ description: "fingerprint of the agent's key" }),
  name: Type.String(),
  version: Type.String(),
  address: Type.String(),
  publicUrl: Type.Union([Type.String(), Type.Null()], {
    description: 'where users find its repositories, under /NAME/',
  }),
  lastReport: time,
  repositories: Type.Array(MirrorRepositoryStatistics),
  downloadedBytes: Type.Integer({ minimum: 0, description: 'bytes taken since its agent started' }),
  uploadedBytes: Type.Integer({ minimum: 0, description: 'bytes given since its agent started' }),
  downloadRate: Type.Integer({ minimum: 0, description: 'bytes per second' }),
  uploadRate: Type.Integer({ minimum: 0, description: 'bytes per second' }),
  peers: count,
  disk: Type.Union([DiskStatus, Type.Null()]),
})
export type MirrorStatistics = Static<typeof MirrorStatistics>

/** How a mirror that clients may be sent to does with a repository: what it has answered itself. */
export const PublicMirrorStatistics = Type.Object({
  repository: Type.String(),
  url: Type.String({ description: 'where it serves the repository' }),
  state: Type.Union(
    [
      Type.Literal('fresh'),
      Type.Literal('previous'),
      Type.Literal('stale'),
      Type.Literal('wrong'),
      Type.Literal('dead'),
    ],
    {
      description:
        'fresh: it serves the newest snapshot; previous: the one before; stale: an older one, or it is in the middle of an update; wrong: what was never published; dead: it does not answer',
    },
  ),
  why: Type.String({ description: 'a sentence; empty when it is fresh' }),
  serial: Type.Integer({ minimum: 1, description: 'the newest one when it was asked' }),
  since: Type.String({ description: 'since when it is in this state, ISO 8601, UTC' }),
  asked: time,
})
export type PublicMirrorStatistics = Static<typeof PublicMirrorStatistics>

/** A collection of what nobody needs. */
const CollectionStatistics = Type.Object({
  finished: time,
  snapshots: Type.Integer({ minimum: 0, description: 'that left the feed' }),
  packs: count,
  objects: count,
  bytes: Type.Integer({ minimum: 0, description: 'of these objects' }),
})

/** `GET /stats.json` of an origin. */
export const StatsDocument = Type.Object({
  format: Type.Literal('repocast statistics'),
  version: Type.Literal(1),
  origin: Type.String({ description: 'its address' }),
  generated: time,
  totals: Type.Object({
    swarms: count,
    peers: count,
    seeders: count,
    partialSeeds,
    leechers: count,
    completed: count,
    mirrors: count,
    originUploadedBytes: Type.Integer({
      minimum: 0,
      description: 'bytes that the origin gave since it started, to peers and web seeds',
    }),
    mirrorsUploadedBytes: Type.Integer({
      minimum: 0,
      description: 'bytes that mirrors gave each other, by their reports',
    }),
  }),
  repositories: Type.Array(RepositoryStatistics),
  watched: Type.Array(WatchStatistics),
  packs: Type.Array(PackStatistics),
  mirrors: Type.Array(MirrorStatistics),
  publicMirrors: Type.Array(PublicMirrorStatistics, { description: 'those of `mirror-lists` that were asked' }),
  disk: Type.Union([DiskStatus, Type.Null()], { description: "the origin's own; null: it cannot be told" }),
  lastCollection: Type.Union([CollectionStatistics, Type.Null()], { description: 'null: none was made yet' }),
})
export type StatsDocument = Static<typeof StatsDocument>
