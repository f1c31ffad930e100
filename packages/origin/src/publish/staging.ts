import type { HashPool } from '@repocast/files'
import type { ObjectId, TreeReader } from '@repocast/objects'
import { DigestsOfRun, type KnownDigests, type SnapshotObjects } from '@repocast/repositories'
import type { IngestMethod, Store } from '@repocast/store'
import type { Intake } from '../scan/intake.ts'
import { Preview } from '../scan/preview.ts'
import type { KnownDirectories } from '../scan/scan.ts'
import { StoreIntake } from '../scan/store-intake.ts'

/** Objects of a tree that was scanned, wherever they are. */
export interface StagedObjects extends SnapshotObjects {
  readonly readTree: TreeReader
  has(id: ObjectId): boolean
}

/** Where a publish puts what it reads, and has it from again. */
export interface Staging {
  /** For one scan. */
  intake(): Intake
  /** For one scan. */
  knownDirectories(): KnownDirectories
  readonly objects: StagedObjects
  readonly digests: KnownDigests
  /** Forgets what earlier scans have found: something of it is gone. */
  distrust(): void
  /** Keeps what was learnt, for the next publish. */
  close(): void
}

export interface StagingOptions {
  readonly store: Store
  /** Absolute path of the tree, bytes. */
  readonly source: Buffer
  readonly method: IngestMethod
  readonly hashPool: HashPool
}

/** Stages in the store. */
export function storeStaging({ store, source, method, hashPool }: StagingOptions): Staging {
  return {
    intake: () => new StoreIntake(store.ingest(), method, hashPool),
    knownDirectories: () => store.scanCache(source),
    objects: store.objects,
    digests: store.digests,
    distrust: () => store.scanCache(source).clear(),
    close: () => store.digests.flush(),
  }
}

/** Stages in memory: what it reads and learns is forgotten, so that a dry run leaves nothing behind. */
export function previewStaging({ store, source }: Pick<StagingOptions, 'store' | 'source'>): Staging {
  const preview = new Preview(store.objects)
  const learnt = new DigestsOfRun()
  let isTrusted = true
  return {
    intake: () => preview,
    knownDirectories() {
      const cache = store.scanCache(source)
      return { get: path => (isTrusted ? cache.get(path) : undefined), set() {}, finish() {} }
    },
    objects: preview,
    digests: {
      get: (id, algorithm) => learnt.get(id, algorithm) ?? store.digests.get(id, algorithm),
      add: (id, algorithm, digest) => learnt.add(id, algorithm, digest),
    },
    distrust() {
      isTrusted = false
    },
    close() {},
  }
}
