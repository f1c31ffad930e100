import { ProcessLock } from '@repocast/database'
import { RepocastError } from '@repocast/errors'
import type { InfoHash, RepositoryName, SnapshotRecord } from '@repocast/objects'
import { isVolatile } from '@repocast/repositories'
import { lastRecord } from '../publish/last-record.ts'
import { packUp } from '../publish/pack-up.ts'
import type { PublishProgress, PublishSurroundings } from '../publish/publish.ts'
import { takeInventory } from '../publish/take-inventory.ts'
import type { TorrentSettings } from '../publish/torrent-settings.ts'

export interface RollbackOptions {
  readonly repository: RepositoryName
  /** Of the snapshot whose content shall be published again. */
  readonly serial: number
  readonly torrents: TorrentSettings
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: RollbackProgress) => void) | undefined
}

/** What a rollback is at. */
export type RollbackProgress = Extract<PublishProgress, { readonly step: 'wait' | 'pack' | 'sign' }>

/** What a rollback did; what `--json` prints. */
export interface RollbackResult {
  readonly repository: RepositoryName
  /** Whether there is a new snapshot; false when the newest one has that content already. */
  readonly published: boolean
  /** Of the newest snapshot now. */
  readonly serial: number
  /** The one whose content it has. */
  readonly contentOf: number
  /** Packs that were made. */
  readonly newPacks: readonly InfoHash[]
}

/**
 * Publishes the content of an old snapshot as a new one, so that mirrors follow forward. Waits for a publish, as a
 * publish does for it; until the feed's switch nobody sees anything of it.
 * @throws RepocastError REPOCAST_SNAPSHOT_UNKNOWN, REPOCAST_SNAPSHOT_COLLECTED; what `packUp` and `Feed.publish` throw;
 *   the reason of the signal
 */
export async function rollback(options: RollbackOptions, surroundings: PublishSurroundings): Promise<RollbackResult> {
  const { signal, onProgress } = options
  const onWait = (): void => onProgress?.({ step: 'wait' })
  const lock = new ProcessLock(surroundings.layout.publishLock)
  return await lock.hold({ signal, onWait }, async () => await rollbackLocked(options, surroundings))
}

async function rollbackLocked(
  { repository, serial: contentOf, torrents, signal, onProgress }: RollbackOptions,
  { store, feed, clock }: PublishSurroundings,
): Promise<RollbackResult> {
  const old = await feed.record(repository, contentOf)
  const last = (await lastRecord(feed, repository)) ?? old
  if (!store.snapshots.get(repository, last.serial)) store.snapshots.add(last)
  if (hasSameContent(old, last)) {
    return { repository, published: false, serial: last.serial, contentOf, newPacks: [] }
  }
  await store.removeLeftovers()
  const inventory = store.inventory(path => isVolatile(old.kind, path))
  try {
    const taken = await takeInventory(inventory, store.objects, store.packs, old.root, last)
    if (taken === 'incomplete') throw collected(old)
    const serial = last.serial + 1
    const { packs, added, merged } = await packUp(store, inventory, {
      ...{ repository, serial, last, torrents, signal },
      isWhole: taken === 'whole',
      onProgress: progress => onProgress?.({ step: 'pack', ...progress }),
    })
    onProgress?.({ step: 'sign' })
    const record = { ...old, serial, created: `${clock().toISOString().slice(0, 19)}Z`, packs }
    await feed.publish(record)
    // Behind the switch, since the daemon tells mirrors to look at the feed as soon as it sees the row.
    store.snapshots.add(record)
    return { repository, published: true, serial, contentOf, newPacks: [...added, ...merged] }
  } finally {
    inventory.close()
  }
}

function hasSameContent({ root: a }: SnapshotRecord, { root: b }: SnapshotRecord): boolean {
  return a.id === b.id && a.mode === b.mode && a.mtime === b.mtime
}

function collected({ repository, serial }: SnapshotRecord): RepocastError {
  return new RepocastError('REPOCAST_SNAPSHOT_COLLECTED', {
    message: `the origin has not kept all that ${repository} ${serial} is made of`,
    hint: 'bring the old tree back from your backup or your build system, and publish it',
  })
}
