import { diffTrees, type SnapshotRecord } from '@repocast/objects'
import {
  type CheckProgress,
  checkDebTime,
  checkTree,
  type FileChange,
  type FindingGroup,
  FindingTally,
  type LastSnapshot,
  SnapshotTree,
  unpacker,
} from '@repocast/repositories'
import type { Store } from '@repocast/store'
import type { Staging } from '../publish/staging.ts'
import type { ScannedTree } from '../scan/scan.ts'
import type { StagedObjects } from '../scan/staged-objects.ts'
import { assertPassed } from './check-failed.ts'
import { verifierOf } from './keyring.ts'
import { recordedOfEach } from './recorded.ts'
import type { CheckSettings } from './settings.ts'

export interface SnapshotCheck {
  /** What was scanned, for messages. */
  readonly source: string
  readonly scanned: ScannedTree
  readonly last: SnapshotRecord | undefined
  readonly settings: CheckSettings
  readonly now: Date
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: CheckProgress) => void) | undefined
}

/**
 * Checks a tree whose objects are staged, against the last snapshot too. @returns what was found
 * @throws CheckFailed for errors that are not allowed; RepocastError REPOCAST_KEYRING_UNUSABLE, REPOCAST_OBJECT_MISSING
 */
export async function checkSnapshot(
  { objects, digests }: Pick<Staging, 'objects' | 'digests'>,
  { source, scanned, last, settings, now, signal, onProgress }: SnapshotCheck,
): Promise<FindingGroup[]> {
  const { keyring, shrinkLimit, publishIntervalSeconds, allow } = settings
  const tally = new FindingTally(recordedOfEach)
  await checkTree({
    tree: new SnapshotTree(objects, scanned.root.id, digests),
    now,
    unpacker,
    signatures: await verifierOf(keyring, () => now),
    last: last && lastSnapshot(objects, last, scanned),
    shrinkLimit,
    publishIntervalSeconds,
    signal,
    onProgress,
    report: finding => tally.add(finding),
  })
  const { groups } = tally
  assertPassed(source, groups, allow)
  return groups
}

/** What time alone has changed about the last snapshot. */
export async function checkTime(
  store: Store,
  { kind, root }: SnapshotRecord,
  { publishIntervalSeconds }: CheckSettings,
  now: Date,
): Promise<FindingGroup[]> {
  if (kind !== 'deb') return []
  const tally = new FindingTally(recordedOfEach)
  const tree = new SnapshotTree(store.objects, root.id)
  await checkDebTime({ tree, now, publishIntervalSeconds, report: finding => tally.add(finding) }, unpacker)
  return tally.groups
}

function lastSnapshot(objects: StagedObjects, { kind, root }: SnapshotRecord, scanned: ScannedTree): LastSnapshot {
  const changes = async function* (signal?: AbortSignal): AsyncGenerator<FileChange> {
    for await (const { path, before, after } of diffTrees(objects.readTree, root.id, scanned.root.id)) {
      signal?.throwIfAborted()
      const [was, is] = [before?.type === 'f' ? before : undefined, after?.type === 'f' ? after : undefined]
      if (was && is) {
        if (was.id !== is.id) yield { path, what: 'changed' }
      } else if (was) yield { path, what: 'removed' }
      else if (is) yield { path, what: 'added' }
    }
  }
  return { kind, tree: new SnapshotTree(objects, root.id), changes }
}
