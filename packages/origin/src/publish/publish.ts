import { resolve } from 'node:path'
import { ProcessLock } from '@repocast/database'
import { isRepocastError } from '@repocast/errors'
import type { Feed } from '@repocast/feed'
import type { HashPool } from '@repocast/files'
import {
  type InfoHash,
  type PackReference,
  type RepositoryKind,
  type RepositoryName,
  type RootTree,
  type SnapshotRecord,
  type TreeReader,
  walkTree,
  walkTreeObjects,
} from '@repocast/objects'
import { defaultPackLimits, makeTorrent, planPacks } from '@repocast/packs'
import { isVolatile } from '@repocast/repositories'
import type { IngestMethod, Inventory, Store } from '@repocast/store'
import type { OriginLayout } from '../layout.ts'
import { type ScannedTree, scanTree } from '../scan/scan.ts'

export interface PublishOptions {
  readonly repository: RepositoryName
  /** Directory of the source tree. */
  readonly tree: string
  readonly method: IngestMethod
  /** Address of the tracker, for the .torrent files. */
  readonly announce: readonly string[]
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: PublishProgress) => void
}

/** What publishing is at. */
export type PublishProgress =
  | { readonly step: 'wait' }
  | { readonly step: 'scan'; readonly files: number; readonly bytes: number }
  | {
      readonly step: 'pack'
      readonly pack: number
      readonly packs: number
      readonly bytes: number
      readonly totalBytes: number
    }
  | { readonly step: 'sign' }

/** What publishing did; what `--json` prints. */
export interface PublishResult {
  readonly repository: RepositoryName
  readonly kind: RepositoryKind
  /** Whether there is a new snapshot; false when the tree is as it was published last. */
  readonly published: boolean
  readonly serial: number
  /** Id of the root tree. */
  readonly root: string
  /** The packs of the snapshot. */
  readonly packs: readonly PackReference[]
  readonly newPacks: readonly InfoHash[]
  readonly total: { readonly files: number; readonly bytes: number }
  /** Files whose content the origin did not have, and their bytes. */
  readonly new: { readonly files: number; readonly bytes: number }
  readonly unchanged: { readonly files: number; readonly bytes: number }
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
 * @throws what `scanTree`, `makeTorrent` and `Feed.publish` throw; the reason of the signal
 */
export async function publish(options: PublishOptions, surroundings: PublishSurroundings): Promise<PublishResult> {
  const { signal, onProgress } = options
  const lock = await new ProcessLock(surroundings.layout.publishLock).acquire({
    ...(signal && { signal }),
    onWait: () => onProgress?.({ step: 'wait' }),
  })
  try {
    return await publishLocked(options, surroundings)
  } finally {
    lock.release()
  }
}

async function publishLocked(options: PublishOptions, surroundings: PublishSurroundings): Promise<PublishResult> {
  const { store, feed } = surroundings
  await store.removeLeftovers()
  const scanned = await scanStable(options, surroundings)
  const last = await lastRecord(feed, options.repository)
  if (last && !store.snapshots.get(last.repository, last.serial)) store.snapshots.add(last)
  if (last && isUnchanged(last, scanned)) return resultOf(last, scanned, [], false)
  const inventory = store.inventory(path => isVolatile(scanned.kind, path))
  try {
    if (!(await takeInventory(inventory, scanned.root, store.objects.readTree))) {
      // Somebody removed what an earlier scan had put into the store.
      store.scanCache(sourceOf(options)).clear()
      return await publishLocked(options, surroundings)
    }
    const serial = (last?.serial ?? 0) + 1
    const newPacks = await packNew(options, surroundings, inventory, serial)
    options.onProgress?.({ step: 'sign' })
    const record = makeRecord(options.repository, serial, scanned, packsOf(store, inventory), surroundings.clock())
    await feed.publish(record)
    // Behind the switch, since the daemon tells mirrors to look at the feed as soon as it sees the row.
    store.snapshots.add(record)
    return resultOf(record, scanned, newPacks, true)
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

/** Lists all objects of a tree that was just scanned. @returns whether all of them are in the store */
async function takeInventory(inventory: Inventory, root: RootTree, read: TreeReader): Promise<boolean> {
  try {
    for await (const { id, size } of walkTreeObjects(read, root)) inventory.add({ kind: 'tree', id, size, path: '' })
    for await (const { path, entry } of walkTree(read, root.id)) {
      if (entry.type === 'f') inventory.add({ kind: 'blob', id: entry.id, size: entry.size, path })
    }
    return inventory.missing() === 0
  } catch (error) {
    if (isRepocastError(error, 'REPOCAST_OBJECT_MISSING')) return false
    throw error
  }
}

async function lastRecord(feed: Feed, repository: RepositoryName): Promise<SnapshotRecord | undefined> {
  const serial = (await feed.serials(repository)).at(-1)
  return serial === undefined ? undefined : await feed.record(repository, serial)
}

function isUnchanged({ root, kind }: SnapshotRecord, scanned: ScannedTree): boolean {
  const { id, mode, mtime } = scanned.root
  return root.id === id && root.mode === mode && root.mtime === mtime && kind === scanned.kind
}

/** Makes packs of the objects that no pack holds. */
async function packNew(
  { repository, announce, signal, onProgress }: PublishOptions,
  { store }: PublishSurroundings,
  inventory: Inventory,
  serial: number,
): Promise<InfoHash[]> {
  const { objects, bytes: allBytes } = inventory.unpackedSize()
  const { maxObjects, maxBytes } = defaultPackLimits
  // A pack may end before it is full; so there may be more in the end.
  const atLeast = Math.max(Math.ceil(objects / maxObjects), Math.ceil(allBytes / maxBytes))
  const made: InfoHash[] = []
  for (const plan of planPacks(inventory.unpacked())) {
    const number = made.length + 1
    const name = number === 1 ? `${repository}-${serial}` : `${repository}-${serial}-${number}`
    const { torrent } = await makeTorrent(plan, {
      name,
      announce,
      read: entry => store.objects.read(entry.id),
      ...(signal && { signal }),
      onProgress: ({ hashedBytes, totalBytes }) =>
        onProgress?.({
          step: 'pack',
          pack: number,
          packs: Math.max(number, atLeast),
          bytes: hashedBytes,
          totalBytes,
        }),
    })
    made.push((await store.packs.add(torrent)).infoHash)
  }
  return made
}

function packsOf(store: Store, inventory: Inventory): PackReference[] {
  const needed = new Set(inventory.packs())
  return store.packs.list().filter(({ infoHash }) => needed.has(infoHash))
}

function makeRecord(
  repository: RepositoryName,
  serial: number,
  { kind, root, counts, bytes }: ScannedTree,
  packs: readonly PackReference[],
  now: Date,
): SnapshotRecord {
  const created = `${now.toISOString().slice(0, 19)}Z`
  return { repository, kind, serial, created, root, counts, bytes, packs, findings: [] }
}

function resultOf(
  { repository, kind, serial, root, packs }: SnapshotRecord,
  { counts, bytes, added }: ScannedTree,
  newPacks: readonly InfoHash[],
  published: boolean,
): PublishResult {
  return {
    repository,
    kind,
    published,
    serial,
    root: root.id,
    packs,
    newPacks,
    total: { files: counts.files, bytes },
    new: added,
    unchanged: { files: counts.files - added.files, bytes: bytes - added.bytes },
  }
}
