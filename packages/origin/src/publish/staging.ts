import type { HashPool } from '@repocast/files'
import { DigestsOfRun, type KnownDigests } from '@repocast/repositories'
import type { IngestMethod, Store } from '@repocast/store'
import { blobDigest } from '../check/blob-digest.ts'
import type { Intake } from '../scan/intake.ts'
import { Preview } from '../scan/preview.ts'
import type { KnownDirectories } from '../scan/scan.ts'
import type { StagedObjects } from '../scan/staged-objects.ts'
import { StoreIntake } from '../scan/store-intake.ts'

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
    objects: objectsOf(store, hashPool),
    digests: store.digests,
    distrust: () => store.scanCache(source).clear(),
    close: () => store.digests.flush(),
  }
}

/** The objects of a store, digests of which are computed in threads. */
function objectsOf({ objects, layout }: Store, hashPool: HashPool): StagedObjects {
  return {
    has: id => objects.has(id),
    readTree: objects.readTree,
    readTreeNow: id => objects.readTreeNow(id),
    read: id => objects.read(id),
    digest: async ({ id, size }, algorithm) => await blobDigest(layout.object(id), size, algorithm, hashPool),
  }
}

/** Stages in memory: what it reads and learns is forgotten, so that a dry run leaves nothing behind. */
export function previewStaging({ store, source, hashPool }: StagingOptions): Staging {
  const preview = new Preview(objectsOf(store, hashPool), hashPool)
  const learnt = new DigestsOfRun()
  let isTrusted = true
  return {
    intake: () => preview,
    knownDirectories() {
      const cache = store.scanCache(source)
      return {
        get: path => (isTrusted ? cache.get(path) : undefined),
        set() {},
        isFull: false,
        keepBehind: async commit => await commit,
        finish() {},
      }
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
