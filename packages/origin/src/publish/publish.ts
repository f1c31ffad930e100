import { resolve } from 'node:path'
import { ProcessLock } from '@repocast/database'
import { isRepocastError } from '@repocast/errors'
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
import { takeInventory } from './take-inventory.ts'

export interface PublishOptions {
  readonly repository: RepositoryName
  /** Directory of the source tree. */
  readonly tree: string
  readonly method: IngestMethod
  /** Address of the tracker, for the .torrent files. */
  readonly announce: readonly string[]
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

async function publishLocked(
  options: PublishOptions,
  surroundings: PublishSurroundings,
  isAgain = false,
): Promise<PublishResult> {
  const { store, feed } = surroundings
  await store.removeLeftovers()
  const scanned = await scanStable(options, surroundings)
  const last = await lastRecord(feed, options.repository)
  if (last && !store.snapshots.get(last.repository, last.serial)) store.snapshots.add(last)
  if (last && isUnchanged(last, scanned)) {
    const findings = await checkTime(store, last, options.check, surroundings.clock())
    return resultOf(last, scanned, { ...unpacked, findings })
  }
  const inventory = store.inventory(path => isVolatile(scanned.kind, path))
  try {
    const taken = await takeInventory(inventory, store, scanned.root, last)
    const findings = taken === 'incomplete' ? undefined : await check(scanned, last, options, surroundings, isAgain)
    if (findings === undefined) {
      // Somebody removed what an earlier scan had put into the store.
      store.scanCache(sourceOf(options)).clear()
      return await publishLocked(options, surroundings, true)
    }
    const { repository, announce, signal, onProgress, isDryRun } = options
    const serial = (last?.serial ?? 0) + 1
    const added = inventory.newBlobs()
    if (isDryRun) {
      const record = makeRecord(repository, serial, scanned, [], findings, surroundings.clock())
      return resultOf(record, scanned, { ...unpacked, new: added, findings })
    }
    const packed = await packUp(store, inventory, {
      ...{ repository, serial, last, announce, signal },
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

function sourceOf({ tree }: PublishOptions): Buffer {
  return Buffer.from(resolve(tree))
}

async function scanStable(options: PublishOptions, { store, hashPool }: PublishSurroundings): Promise<ScannedTree> {
  const { tree, method, signal, onProgress } = options
  for (let scan = 1; ; scan += 1) {
    try {
      return await scanTree({
        tree,
        ingest: store.ingest(),
        scanCache: store.scanCache(sourceOf(options)),
        hashPool,
        method,
        signal,
        onProgress: progress => onProgress?.({ step: 'scan', ...progress }),
      })
    } catch (error) {
      if (scan === scans || !isRepocastError(error, 'REPOCAST_TREE_UNSTABLE')) throw error
    }
  }
}

/** @returns undefined when the store has not all that the tree is made of @throws CheckFailed */
async function check(
  scanned: ScannedTree,
  last: SnapshotRecord | undefined,
  { tree, check: settings, signal, onProgress }: PublishOptions,
  { store, clock }: PublishSurroundings,
  isAgain: boolean,
): Promise<FindingGroup[] | undefined> {
  try {
    return await checkSnapshot(store, {
      ...{ source: tree, scanned, last, settings, signal },
      now: clock(),
      onProgress: progress => onProgress?.({ step: 'check', ...progress }),
    })
  } catch (error) {
    if (!isAgain && isRepocastError(error, 'REPOCAST_OBJECT_MISSING')) return undefined
    throw error
  }
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
