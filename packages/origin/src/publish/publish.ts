import { resolve } from 'node:path'
import { ProcessLock } from '@repocast/database'
import { isRepocastError, RepocastError } from '@repocast/errors'
import type { Feed } from '@repocast/feed'
import type { HashPool } from '@repocast/files'
import type { InfoHash, PackReference, RepositoryKind, RepositoryName, SnapshotRecord } from '@repocast/objects'
import { type CheckProgress, type FindingGroup, isVolatile } from '@repocast/repositories'
import type { IngestMethod, Store } from '@repocast/store'
import { checkSnapshot, checkTime } from '../check/check-snapshot.ts'
import { recordedFindings } from '../check/recorded.ts'
import type { CheckSettings } from '../check/settings.ts'
import type { OriginLayout } from '../layout.ts'
import { type ScannedTree, scanTree } from '../scan/scan.ts'
import { lastRecord } from './last-record.ts'
import { type PackProgress, packUp } from './pack-up.ts'
import { previewStaging, type Staging, storeStaging } from './staging.ts'
import { takeInventory } from './take-inventory.ts'
import type { TorrentSettings } from './torrent-settings.ts'

export interface PublishOptions {
  readonly repository: RepositoryName
  /** Directory of the source tree. */
  readonly tree: string
  readonly method: IngestMethod
  readonly torrents: TorrentSettings
  readonly check: CheckSettings
  /** Only look what would be published. */
  readonly isDryRun?: boolean | undefined
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: PublishProgress) => void
}

/** What publishing is at. */
export type PublishProgress =
  | { readonly step: 'wait' }
  | { readonly step: 'scan'; readonly files: number; readonly bytes: number }
  | ({ readonly step: 'check' } & CheckProgress)
  | ({ readonly step: 'pack' } & PackProgress)
  | { readonly step: 'sign' }

/** What publishing did; what `--json` prints. */
export interface PublishResult {
  readonly repository: RepositoryName
  readonly kind: RepositoryKind
  /** Whether there is a new snapshot; false when the tree is as it was published last, or with --dry-run. */
  readonly published: boolean
  /** Of the new snapshot, of the last one when there is none, or of the one that there would be. */
  readonly serial: number
  /** Id of the root tree. */
  readonly root: string
  /** The packs of the snapshot. */
  readonly packs: readonly PackReference[]
  /** Packs that were made for objects that no pack held. */
  readonly newPacks: readonly InfoHash[]
  /** Packs that were made of older ones. */
  readonly mergedPacks: readonly InfoHash[]
  readonly total: { readonly files: number; readonly bytes: number }
  /** Contents that no snapshot had before, and their bytes. */
  readonly new: { readonly files: number; readonly bytes: number }
  readonly unchanged: { readonly files: number; readonly bytes: number }
  /** What the check found: all for a new snapshot, else what time alone has changed. */
  readonly findings: readonly FindingGroup[]
}

export interface PublishSurroundings {
  readonly layout: OriginLayout
  readonly store: Store
  readonly feed: Feed
  readonly hashPool: HashPool
  readonly clock: () => Date
}

/** A tree that was unstable is scanned again, so often. */
const scans = 2

/**
 * Publishes a tree as the next snapshot of a repository. Two publishes wait for each other, whether they are of one
 * process or of several. Until the feed's switch, at the very end, nobody sees anything of it.
 * @throws CheckFailed; what `scanTree`, `makeTorrent` and `Feed.publish` throw; the reason of the signal
 */
export async function publish(options: PublishOptions, surroundings: PublishSurroundings): Promise<PublishResult> {
  const { signal, onProgress } = options
  const onWait = (): void => onProgress?.({ step: 'wait' })
  const lock = new ProcessLock(surroundings.layout.publishLock)
  return await lock.hold({ signal, onWait }, async () => await publishLocked(options, surroundings))
}

async function publishLocked(options: PublishOptions, surroundings: PublishSurroundings): Promise<PublishResult> {
  const { store, hashPool } = surroundings
  const staged = { store, source: Buffer.from(resolve(options.tree)), method: options.method, hashPool }
  const staging = options.isDryRun ? previewStaging(staged) : storeStaging(staged)
  await store.removeLeftovers()
  try {
    return await publishStaged(options, surroundings, staging)
  } catch (error) {
    if (!isRepocastError(error, 'REPOCAST_OBJECT_MISSING')) throw error
    // Somebody removed what an earlier scan had put into the store.
    staging.distrust()
    return await publishStaged(options, surroundings, staging)
  } finally {
    staging.close()
  }
}

/** @throws RepocastError REPOCAST_OBJECT_MISSING when the store has not all that the tree is made of */
async function publishStaged(
  options: PublishOptions,
  surroundings: PublishSurroundings,
  staging: Staging,
): Promise<PublishResult> {
  const { store, feed } = surroundings
  const scanned = await scanStable(options, surroundings, staging)
  const last = await lastRecord(feed, options.repository)
  if (last && !store.snapshots.get(last.repository, last.serial)) store.snapshots.add(last)
  if (last && isUnchanged(last, scanned)) {
    const findings = await checkTime(store, last, options.check, surroundings.clock())
    return resultOf(last, scanned, { ...unpacked, findings })
  }
  const inventory = store.inventory(path => isVolatile(scanned.kind, path))
  try {
    const taken = await takeInventory(inventory, staging.objects, store.packs, scanned.root, last)
    if (taken === 'incomplete') throw incomplete(options)
    const { repository, torrents, check, signal, onProgress, isDryRun } = options
    const findings = await checkSnapshot(staging, {
      ...{ source: options.tree, scanned, last, settings: check, signal },
      now: surroundings.clock(),
      onProgress: progress => onProgress?.({ step: 'check', ...progress }),
    })
    const serial = (last?.serial ?? 0) + 1
    const added = inventory.newBlobs()
    if (isDryRun) {
      const record = makeRecord(repository, serial, scanned, [], findings, surroundings.clock())
      return resultOf(record, scanned, { ...unpacked, new: added, findings })
    }
    const packed = await packUp(store, inventory, {
      ...{ repository, serial, last, torrents, signal },
      isWhole: taken === 'whole',
      onProgress: progress => onProgress?.({ step: 'pack', ...progress }),
    })
    onProgress?.({ step: 'sign' })
    const record = makeRecord(repository, serial, scanned, packed.packs, findings, surroundings.clock())
    await feed.publish(record)
    // Behind the switch, since the daemon tells mirrors to look at the feed as soon as it sees the row.
    store.snapshots.add(record)
    const { added: newPacks, merged: mergedPacks } = packed
    return resultOf(record, scanned, { published: true, new: added, newPacks, mergedPacks, findings })
  } finally {
    inventory.close()
  }
}

async function scanStable(
  { tree, signal, onProgress }: PublishOptions,
  { hashPool }: PublishSurroundings,
  staging: Staging,
): Promise<ScannedTree> {
  for (let scan = 1; ; scan += 1) {
    try {
      return await scanTree({
        tree,
        intake: staging.intake(),
        scanCache: staging.knownDirectories(),
        hashPool,
        signal,
        onProgress: progress => onProgress?.({ step: 'scan', ...progress }),
      })
    } catch (error) {
      if (scan === scans || !isRepocastError(error, 'REPOCAST_TREE_UNSTABLE')) throw error
    }
  }
}

function incomplete({ tree }: PublishOptions): RepocastError {
  return new RepocastError('REPOCAST_OBJECT_MISSING', {
    message: `the store has not kept all that was read of ${tree}`,
    hint: 'let nothing but repocast change its data directory, and check the disk',
  })
}

function isUnchanged({ root, kind }: SnapshotRecord, scanned: ScannedTree): boolean {
  const { id, mode, mtime } = scanned.root
  return root.id === id && root.mode === mode && root.mtime === mtime && kind === scanned.kind
}

function makeRecord(
  repository: RepositoryName,
  serial: number,
  { kind, root, counts, bytes }: ScannedTree,
  packs: readonly PackReference[],
  findings: readonly FindingGroup[],
  now: Date,
): SnapshotRecord {
  const created = `${now.toISOString().slice(0, 19)}Z`
  return { repository, kind, serial, created, root, counts, bytes, packs, findings: recordedFindings(findings) }
}

/** Nothing new. */
const unpacked = { published: false, new: { files: 0, bytes: 0 }, newPacks: [], mergedPacks: [] }

function resultOf(
  { repository, kind, serial, root, packs }: SnapshotRecord,
  { counts, bytes }: ScannedTree,
  outcome: Pick<PublishResult, 'published' | 'new' | 'newPacks' | 'mergedPacks' | 'findings'>,
): PublishResult {
  return {
    ...outcome,
    repository,
    kind,
    serial,
    root: root.id,
    packs,
    total: { files: counts.files, bytes },
    unchanged: { files: counts.files - outcome.new.files, bytes: bytes - outcome.new.bytes },
  }
}
