import type { InfoHash, RepositoryName } from '@repocast/objects'
import type { Store } from '@repocast/store'
import type { MirrorFilter } from '../filter/mirror-filter.ts'
import { chooseKept } from './choose-kept.ts'

export interface TidyOptions {
  readonly store: Store
  readonly repository: RepositoryName
  readonly servedPath: string
  readonly newest: number | undefined
  readonly keepGenerations: number
  readonly filter: Pick<MirrorFilter, 'isByThis' | 'release'>
  /** Lets go of a pack that no snapshot has. */
  readonly forget: (infoHash: InfoHash) => Promise<void>
}

/** Lets go of snapshots that nothing keeps, their packs, and the objects that only those had. */
export async function tidy({
  store,
  repository,
  servedPath,
  newest,
  keepGenerations,
  filter,
  forget,
}: TidyOptions): Promise<void> {
  const isNarrowed = store.selections.isNarrowed(repository)
  await store.generations.prune(repository, servedPath, { keepsSpare: !isNarrowed })
  const kept = chooseKept({
    ...store.orders.of(repository),
    complete: store.snapshots.complete(repository).filter(serial => filter.isByThis(serial)),
    checkedOut: store.generations.list(repository).map(({ serial }) => serial),
    waiting: store.waiting.of(repository).map(({ serial }) => serial),
    newest,
    keep: keepGenerations,
  })
  for (const serial of store.snapshots.serials(repository)) {
    if (!kept.has(serial)) store.snapshots.remove(repository, serial)
  }
  store.selections.prune(repository)
  const idle = store.snapshots.packsWithoutSnapshot()
  for (const infoHash of idle) await forget(infoHash)
  await store.packs.remove(idle)
  await store.collect()
  if (isNarrowed) await filter.release()
}
