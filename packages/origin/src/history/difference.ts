import { isRepocastError, RepocastError } from '@repocast/errors'
import type { SnapshotRecord } from '@repocast/objects'
import {
  diffPackages,
  type PackageChange,
  packageFamilies,
  type SnapshotObjects,
  SnapshotTree,
  unpacker,
} from '@repocast/repositories'
import { ChangeCounter, type ChangeCounts, type FileChange, fileChanges } from './file-changes.ts'

/** One thing that differs between two snapshots. */
export type SnapshotChange =
  | ({ readonly type: 'package' } & PackageChange)
  | ({ readonly type: 'file'; readonly kind: FileChange['type'] } & Omit<FileChange, 'type'>)

/** How much differs. */
export interface SnapshotDifference {
  readonly files: ChangeCounts
  /** Null for a plain repository, or when its packages cannot be listed. */
  readonly packages: PackageCounts | null
  /** Why the packages cannot be compared. */
  readonly packagesUnknown: string | null
}

export type PackageCounts = Readonly<Record<PackageChange['change'], number>>

export interface DifferenceOptions {
  readonly before: SnapshotRecord
  readonly after: SnapshotRecord
  readonly onChange: (change: SnapshotChange) => void
  readonly signal?: AbortSignal | undefined
}

/**
 * How two snapshots of a repository differ: first their packages, place by place, then their files in the order of
 * paths. Only metadata that differs is parsed.
 * @throws RepocastError REPOCAST_SNAPSHOT_COLLECTED; the reason of the signal
 */
export async function diffSnapshots(
  objects: SnapshotObjects & { readonly readTree: Parameters<typeof fileChanges>[0] },
  { before, after, onChange, signal }: DifferenceOptions,
): Promise<SnapshotDifference> {
  try {
    const { packages, packagesUnknown } = await comparePackages(objects, { before, after, onChange, signal })
    const counter = new ChangeCounter()
    for await (const change of fileChanges(objects.readTree, before.root.id, after.root.id, signal)) {
      counter.add(change)
      const { type, ...rest } = change
      onChange({ type: 'file', kind: type, ...rest })
    }
    return { files: counter.counts, packages, packagesUnknown }
  } catch (cause) {
    if (!isRepocastError(cause, 'REPOCAST_OBJECT_MISSING')) throw cause
    throw new RepocastError('REPOCAST_SNAPSHOT_COLLECTED', {
      message: `${after.repository} ${before.serial} and ${after.serial} cannot be compared: not all of them is kept any more`,
      hint: 'compare snapshots that the retention of the origin keeps',
      cause,
    })
  }
}

/** The packages alone. @throws RepocastError REPOCAST_OBJECT_MISSING; the reason of the signal */
export async function comparePackages(
  objects: SnapshotObjects,
  { before, after, onChange, signal }: DifferenceOptions,
): Promise<Pick<SnapshotDifference, 'packages' | 'packagesUnknown'>> {
  if (after.kind === 'plain' || before.kind !== after.kind) return { packages: null, packagesUnknown: null }
  const { lists, compareVersions } = packageFamilies[after.kind]
  const listsOf = ({ root }: SnapshotRecord) => lists(new SnapshotTree(objects, root.id), unpacker, signal)
  const packages = { added: 0, removed: 0, upgraded: 0, downgraded: 0, replaced: 0 }
  try {
    for await (const change of diffPackages(listsOf(before), listsOf(after), compareVersions, signal)) {
      packages[change.change] += 1
      onChange({ type: 'package', ...change })
    }
    return { packages, packagesUnknown: null }
  } catch (error) {
    // A snapshot may have been published with such a finding: its files can be compared anyway.
    if (!isRepocastError(error, 'REPOCAST_METADATA_UNREADABLE')) throw error
    return { packages: null, packagesUnknown: error.message }
  }
}
