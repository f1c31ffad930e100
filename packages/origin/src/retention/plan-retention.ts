import type { InfoHash, RepositoryName, SnapshotRecord } from '@repocast/objects'
import { chooseSnapshots, type Keep } from './choose-snapshots.ts'

export interface RetentionRules {
  readonly keepOf: (repository: RepositoryName) => Keep
  /** Serials that people have given a name, such as a channel. */
  readonly namedOf: (repository: RepositoryName) => ReadonlySet<number>
  readonly now: Date
}

export interface RetentionPlan {
  readonly staying: readonly SnapshotRecord[]
  readonly leaving: readonly SnapshotRecord[]
  /** Those that no staying snapshot names; the store may have more that no snapshot names at all. */
  readonly leavingPacks: readonly InfoHash[]
}

/** Which of all published snapshots, of all repositories, stay. A pack stays when any of them names it. Pure. */
export function planRetention(
  published: readonly SnapshotRecord[],
  { keepOf, namedOf, now }: RetentionRules,
): RetentionPlan {
  const byRepository = Map.groupBy(published, ({ repository }) => repository)
  const kept = new Map(
    [...byRepository].map(([repository, records]) => [
      repository,
      chooseSnapshots(records, keepOf(repository), namedOf(repository), now),
    ]),
  )
  const stays = ({ repository, serial }: SnapshotRecord): boolean => kept.get(repository)?.has(serial) ?? true
  const staying = published.filter(stays)
  const leaving = published.filter(record => !stays(record))
  const needed = packsOf(staying)
  return { staying, leaving, leavingPacks: [...packsOf(leaving)].filter(infoHash => !needed.has(infoHash)) }
}

/** The packs that any of the snapshots names. Pure. */
export function packsOf(records: readonly SnapshotRecord[]): Set<InfoHash> {
  return new Set(records.flatMap(({ packs }) => packs.map(({ infoHash }) => infoHash)))
}
