import Type, { type Static } from 'typebox'
import { RepositoryState } from './agent-status.ts'
import { PublicMirrorStatistics, RepositoryStatistics } from './statistics.ts'
import { partialSeeds } from './tracker-statistics.ts'

const bytes = Type.Integer({ minimum: 0, description: 'bytes' })
const count = Type.Integer({ minimum: 0 })
const seconds = Type.Integer({ minimum: 0, description: 'seconds' })
const serial = Type.Integer({ minimum: 1 })
const time = Type.String({ description: 'ISO 8601, UTC' })

/** Files and links that a snapshot changed. */
export const ChangeCounts = Type.Object({ added: count, changed: count, removed: count })
export type ChangeCounts = Static<typeof ChangeCounts>

/** A repository in a row of the dashboard. */
export const OverviewRepository = Type.Object({
  ...RepositoryStatistics.properties,
  newBytes: Type.Integer({ minimum: 0, description: 'bytes of the packs that came with the newest serial' }),
  changes: Type.Union([ChangeCounts, Type.Null()], {
    description: 'what the newest serial changed; null: not known yet, or there was none before it',
  }),
  current: Type.Integer({ minimum: 0, description: 'mirrors that serve the newest serial' }),
  behind: Type.Integer({ minimum: 0, description: 'mirrors that follow it and do not serve the newest serial' }),
})
export type OverviewRepository = Static<typeof OverviewRepository>

/** What stands in a cell of the matrix, one character each. */
export const cellMeanings = {
  '=': 'serves the newest serial',
  '@': 'serves the serial that its channel or its hold says, which is not the newest',
  '<': 'is behind',
  '!': 'is behind, and its last update failed',
  '.': 'does not follow this repository',
} as const
export type Cell = keyof typeof cellMeanings

/** A repository in which a mirror is behind. */
export const Behind = Type.Object({
  repository: Type.Integer({ minimum: 0, description: 'place in `repositories`' }),
  serial: Type.Union([serial, Type.Null()]),
  lagSerials: count,
  lagSeconds: seconds,
  state: RepositoryState,
  progress: Type.Number({ minimum: 0, maximum: 1 }),
})
export type Behind = Static<typeof Behind>

/** A mirror in a row of the matrix. */
export const OverviewMirror = Type.Object({
  id: Type.String(),
  name: Type.String(),
  lastReport: time,
  isSilent: Type.Boolean({ description: 'whether it has not reported for some minutes' }),
  cells: Type.String({
    description:
      'one character for each of `repositories`: = newest, @ as its channel or hold says, < behind, ! failed, . none',
  }),
  behind: Type.Array(Behind),
})
export type OverviewMirror = Static<typeof OverviewMirror>

/** Why a watched tree is not published. */
export const PublishTrouble = Type.Object({
  repository: Type.String(),
  code: Type.String(),
  message: Type.String(),
  unpublishedSeconds: Type.Integer({ minimum: 0, description: 'since the tree has something that is not published' }),
})
export type PublishTrouble = Static<typeof PublishTrouble>

/** `GET /overview.json` of an origin: what its dashboard shows first, small also for thousands of mirrors. */
export const OverviewDocument = Type.Object({
  format: Type.Literal('repocast overview'),
  version: Type.Literal(1),
  origin: Type.String(),
  generated: time,
  totals: Type.Object({
    mirrors: count,
    currentMirrors: Type.Integer({ minimum: 0, description: 'that serve the newest serial of all that they follow' }),
    silentMirrors: count,
    peers: count,
    seeders: count,
    partialSeeds,
    leechers: count,
    originGivenBytes: Type.Integer({ minimum: 0, description: 'bytes that the origin gave, ever' }),
    mirrorsGivenBytes: Type.Integer({ minimum: 0, description: 'bytes that mirrors took from each other, ever' }),
  }),
  troubles: Type.Array(PublishTrouble),
  publicMirrors: Type.Object(
    {
      count: Type.Integer({ minimum: 0, description: 'repositories at addresses, each counted' }),
      fresh: count,
      others: Type.Array(PublicMirrorStatistics, { description: 'the worst of those that are not fresh, 100 at most' }),
    },
    { description: 'mirrors that clients may be sent to' },
  ),
  repositories: Type.Array(OverviewRepository),
  mirrors: Type.Array(OverviewMirror),
})
export type OverviewDocument = Static<typeof OverviewDocument>

/** A path that a snapshot changed. */
export const PathChange = Type.Object({
  path: Type.String(),
  change: Type.Union([Type.Literal('added'), Type.Literal('changed'), Type.Literal('removed')]),
  bytes: Type.Integer({ minimum: 0, description: 'size now, or before it was removed' }),
})
export type PathChange = Static<typeof PathChange>

/** What the newest snapshot of a repository changed. */
export const SnapshotChanges = Type.Object({
  added: count,
  changed: count,
  removed: count,
  addedBytes: Type.Integer({ minimum: 0, description: 'bytes of the files that were added or changed' }),
  paths: Type.Array(PathChange, { description: 'the first of them' }),
})
export type SnapshotChanges = Static<typeof SnapshotChanges>

/** A package that the newest snapshot of a repository changed. */
export const PackageChange = Type.Object({
  change: Type.Union([
    Type.Literal('added'),
    Type.Literal('removed'),
    Type.Literal('upgraded'),
    Type.Literal('downgraded'),
    Type.Literal('replaced'),
  ]),
  place: Type.String({ description: 'directory of its repodata, or of its component and suite' }),
  name: Type.String(),
  architecture: Type.String(),
  from: Type.Union([Type.String(), Type.Null()], { description: 'version; null: it was added' }),
  to: Type.Union([Type.String(), Type.Null()], { description: 'version; null: it was removed' }),
})
export type PackageChange = Static<typeof PackageChange>

/** `GET /package-changes/NAME.json` of an origin. */
export const PackageChangesDocument = Type.Object({
  format: Type.Literal('repocast package changes'),
  version: Type.Literal(1),
  name: Type.String(),
  serial,
  counts: Type.Union(
    [Type.Object({ added: count, removed: count, upgraded: count, downgraded: count, replaced: count }), Type.Null()],
    { description: 'null: they cannot be told' },
  ),
  unknown: Type.Union([Type.String(), Type.Null()], { description: 'why they cannot be told' }),
  changes: Type.Array(PackageChange, { description: 'the first 500 of them' }),
})
export type PackageChangesDocument = Static<typeof PackageChangesDocument>

/** `GET /repositories/NAME.json` of an origin. */
export const RepositoryDocument = Type.Object({
  format: Type.Literal('repocast repository'),
  version: Type.Literal(1),
  name: Type.String(),
  serial,
  created: time,
  changes: Type.Union([SnapshotChanges, Type.Null()], {
    description: 'null: the snapshot before it is not kept any more, or this is the first',
  }),
  publicMirrors: Type.Array(PublicMirrorStatistics, { description: 'that clients may be sent to for it' }),
  findings: Type.Array(
    Type.Object({
      code: Type.String(),
      severity: Type.Union([Type.Literal('error'), Type.Literal('warning'), Type.Literal('note')]),
      path: Type.String(),
      message: Type.String(),
      count: Type.Integer({ minimum: 1, description: 'findings of this code that it stands for' }),
    }),
  ),
  packs: Type.Array(
    Type.Object({
      infoHash: Type.String(),
      bytes,
      objects: count,
      seeders: count,
      partialSeeds,
      leechers: count,
    }),
  ),
})
export type RepositoryDocument = Static<typeof RepositoryDocument>
