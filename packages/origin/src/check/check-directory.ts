import { HashPool } from '@repocast/files'
import { parseRepositoryName, type RepositoryKind, type SnapshotRecord } from '@repocast/objects'
import {
  type CheckProgress,
  checkTree,
  compareTrees,
  type Finding,
  type FindingGroup,
  FindingTally,
  type LastSnapshot,
  SnapshotTree,
  unpacker,
} from '@repocast/repositories'
import { type OriginOptions, withOrigin } from '../open-origin.ts'
import { lastRecord } from '../publish/last-record.ts'
import { DiskTree } from '../tree/disk-tree.ts'
import { allowedCodes } from './allowed.ts'
import { assertPassed } from './check-failed.ts'
import { verifierOf } from './keyring.ts'
import { type CheckSettings, checkSettingsOf } from './settings.ts'

export interface DirectoryCheck {
  /** Directory of the tree. */
  readonly tree: string
  readonly kind?: RepositoryKind | undefined
  /** File of OpenPGP keys. */
  readonly keyring?: string | undefined
  /** Codes of errors that are none. */
  readonly allow?: readonly string[]
  readonly now: Date
  /** Gets each finding at once. */
  readonly onFinding?: (finding: Finding) => void
  readonly onProgress?: (progress: CheckProgress) => void
  readonly signal?: AbortSignal
}

export interface DirectoryVerdict {
  readonly kind: RepositoryKind
  readonly groups: readonly FindingGroup[]
}

/**
 * Checks a tree on the disk by itself. Needs no data directory. @returns what was found
 * @throws CheckFailed for errors that are not allowed; RepocastError REPOCAST_TREE_NOT_FOUND, REPOCAST_TREE_UNSTABLE,
 *   REPOCAST_TREE_SPECIAL_FILE, REPOCAST_LINK_ESCAPES, REPOCAST_FINDING_UNKNOWN, REPOCAST_KEYRING_UNUSABLE
 */
export async function checkDirectory(check: DirectoryCheck): Promise<DirectoryVerdict> {
  const settings = {
    allow: allowedCodes(check.allow ?? []),
    keyring: check.keyring,
    shrinkLimit: undefined,
    publishIntervalSeconds: undefined,
  }
  return await checkOnDisk(check, settings, () => undefined)
}

/**
 * Checks a tree on the disk as a publish would, against the last snapshot of a repository.
 * @throws what `checkDirectory` and `withOrigin` throw
 */
export async function checkAgainstLast(
  options: OriginOptions,
  name: string,
  check: DirectoryCheck,
): Promise<DirectoryVerdict> {
  const repository = parseRepositoryName(name)
  return await withOrigin(options, async ({ configuration, feed, store }) => {
    const last = await lastRecord(feed, repository)
    const settings = checkSettingsOf(configuration, repository, check)
    return await checkOnDisk(check, settings, tree => last && lastSnapshot(last, store.objects, tree))
  })
}

async function checkOnDisk(
  { tree: directory, kind, now, onFinding, onProgress, signal }: DirectoryCheck,
  { allow, keyring, shrinkLimit, publishIntervalSeconds }: CheckSettings,
  lastOf: (tree: DiskTree) => LastSnapshot | undefined,
): Promise<DirectoryVerdict> {
  const hashPool = new HashPool()
  const tally = new FindingTally()
  try {
    const tree = new DiskTree(directory, hashPool)
    const found = await checkTree({
      tree,
      kind,
      now,
      unpacker,
      signatures: await verifierOf(keyring, () => now),
      last: lastOf(tree),
      shrinkLimit,
      publishIntervalSeconds,
      signal,
      onProgress,
      report: finding => {
        tally.add(finding)
        onFinding?.(finding)
      },
    })
    const { groups } = tally
    assertPassed(directory, groups, allow)
    return { kind: found, groups }
  } finally {
    await hashPool.close()
  }
}

function lastSnapshot(
  { kind, root }: SnapshotRecord,
  objects: ConstructorParameters<typeof SnapshotTree>[0],
  now: DiskTree,
): LastSnapshot {
  const tree = new SnapshotTree(objects, root.id)
  return { kind, tree, changes: signal => compareTrees(tree, now, signal) }
}
