import { ProcessLock } from '@repocast/database'
import { RepocastError } from '@repocast/errors'
import type { Feed } from '@repocast/feed'
import type { InfoHash, RepositoryName, SnapshotRecord } from '@repocast/objects'
import type { Store } from '@repocast/store'
import type { OriginLayout } from '../layout.ts'
import { packsOf, planRetention, type RetentionPlan, type RetentionRules } from './plan-retention.ts'

export interface CollectSurroundings {
  readonly layout: OriginLayout
  readonly store: Store
  readonly feed: Feed
  readonly clock: () => Date
}

export interface CollectOriginOptions extends Pick<RetentionRules, 'keepOf'> {
  /** Tells what would go, and removes nothing. */
  readonly dryRun?: boolean | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: CollectProgress) => void) | undefined
}

/** What a collection is at. */
export type CollectProgress =
  | { readonly step: 'wait' }
  | { readonly step: 'feed' }
  | { readonly step: 'packs' }
  | { readonly step: 'objects'; readonly bytes: number; readonly totalBytes: number }

/** What a collection removed, or would remove; what `--json` prints. */
export interface OriginCollection {
  readonly dryRun: boolean
  readonly snapshots: readonly {
    readonly repository: RepositoryName
    readonly serial: number
    readonly created: string
  }[]
  readonly packs: number
  readonly objects: number
  /** Of these objects. */
  readonly bytes: number
}

/**
 * Lets go of snapshots that nothing keeps, of their packs and of the objects that only those had. Publishes wait
 * meanwhile. First the records leave the signed feed, then rows leave the catalog, then files are removed: killed at
 * any moment, what is still published is whole, and the next collection goes on.
 * @throws RepocastError REPOCAST_CATALOG_INCOMPLETE; what `Feed.withdraw` throws; the reason of the signal
 */
export async function collectOrigin(
  options: CollectOriginOptions,
  surroundings: CollectSurroundings,
): Promise<OriginCollection> {
  const { signal, onProgress } = options
  const onWait = (): void => onProgress?.({ step: 'wait' })
  const lock = new ProcessLock(surroundings.layout.publishLock)
  return await lock.hold({ signal, onWait }, async () => await collectLocked(options, surroundings))
}

async function collectLocked(
  { keepOf, dryRun = false, signal, onProgress }: CollectOriginOptions,
  { store, feed, clock }: CollectSurroundings,
): Promise<OriginCollection> {
  const records = await publishedRecords(feed)
  const named = await namedSerials(feed, records)
  const namedOf = (repository: RepositoryName) => named.get(repository) ?? new Set<number>()
  const plan = planRetention(records, { keepOf, namedOf, now: clock() })
  assertKnown(plan, store)
  const idle = idlePacks(plan, store)
  const expected = store.planCollection(idle)
  if (dryRun) return resultOf(plan, idle, expected, dryRun)
  onProgress?.({ step: 'feed' })
  await feed.withdraw(plan.leaving)
  signal?.throwIfAborted()
  onProgress?.({ step: 'packs' })
  forgetSnapshots(plan, store)
  await store.packs.remove(idle)
  await store.packs.removeLeftovers()
  await store.removeLeftovers()
  const totalBytes = expected.bytes
  const removed = await store.collect({
    signal,
    onProgress: ({ bytes }) => onProgress?.({ step: 'objects', bytes, totalBytes }),
  })
  const result = resultOf(plan, idle, removed, dryRun)
  store.collections.add({ ...result, snapshots: result.snapshots.length, finished: clock() })
  return result
}

async function publishedRecords(feed: Feed): Promise<SnapshotRecord[]> {
  const records: SnapshotRecord[] = []
  for (const [repository, serials] of await feed.published()) {
    for (const serial of serials) records.push(await feed.record(repository, serial))
  }
  return records
}

/** Serials that a channel points at, by repository. */
async function namedSerials(
  feed: Feed,
  records: readonly SnapshotRecord[],
): Promise<Map<RepositoryName, ReadonlySet<number>>> {
  const named = new Map<RepositoryName, ReadonlySet<number>>()
  for (const repository of new Set(records.map(record => record.repository))) {
    named.set(repository, new Set((await feed.channels(repository)).serials.values()))
  }
  return named
}

/** A catalog that was lost knows no packs: then all objects would seem to be needed by none. */
function assertKnown({ staying }: RetentionPlan, store: Store): void {
  const known = new Set(store.packs.list().map(({ infoHash }) => infoHash))
  for (const { repository, serial, packs } of staying) {
    const unknown = packs.find(({ infoHash }) => !known.has(infoHash))
    if (unknown === undefined) continue
    throw new RepocastError('REPOCAST_CATALOG_INCOMPLETE', {
      message: `the catalog does not know the pack ${unknown.infoHash} of ${repository} ${serial}; nothing was removed`,
      hint: 'restore the catalog from your backup, or publish the tree again',
    })
  }
}

/** Packs that no staying snapshot names, also those of a publish that was killed. */
function idlePacks({ staying }: RetentionPlan, store: Store): InfoHash[] {
  const needed = packsOf(staying)
  return store.packs
    .list()
    .map(({ infoHash }) => infoHash)
    .filter(infoHash => !needed.has(infoHash))
}

/** Only snapshots that are published stay in the catalog. */
function forgetSnapshots({ staying }: RetentionPlan, store: Store): void {
  const kept = new Set(staying.map(({ repository, serial }) => `${repository}/${serial}`))
  for (const repository of store.snapshots.repositories()) {
    for (const serial of store.snapshots.serials(repository)) {
      if (!kept.has(`${repository}/${serial}`)) store.snapshots.remove(repository, serial)
    }
  }
}

function resultOf(
  { leaving }: RetentionPlan,
  idle: readonly InfoHash[],
  { objects, bytes }: { readonly objects: number; readonly bytes: number },
  dryRun: boolean,
): OriginCollection {
  const snapshots = leaving.map(({ repository, serial, created }) => ({ repository, serial, created }))
  return { dryRun, snapshots, packs: idle.length, objects, bytes }
}
