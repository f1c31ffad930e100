import { RepocastError } from '@repocast/errors'
import { displayName, type ObjectId, type SnapshotRecord } from '@repocast/objects'
import {
  checkTree,
  type FindingGroup,
  FindingTally,
  type SnapshotObjects,
  SnapshotTree,
  unpacker,
} from '@repocast/repositories'

/** Findings of one code that are kept; the message names the first. */
const keptOfEach = 1
/** Codes that the message names. */
const namedCodes = 3

/**
 * Looks whether clients could use a snapshot whose objects are all there: its metadata parses, and what that names is
 * there with its size and SHA-256. Errors that the origin has found and published all the same are no reason to refuse.
 * Dates are held against the time of the publish: a mirror that comes late has nothing better to serve. `whole` is the
 * root tree of the snapshot of which `record` has a part: what a filter leaves out is not missed.
 * @throws RepocastError REPOCAST_SNAPSHOT_BROKEN, REPOCAST_OBJECT_MISSING, REPOCAST_OBJECT_ROTTEN; the reason of `signal`
 */
export async function checkSnapshot(
  objects: SnapshotObjects,
  record: Pick<SnapshotRecord, 'repository' | 'serial' | 'kind' | 'created' | 'root' | 'findings'>,
  signal: AbortSignal,
  whole: ObjectId = record.root.id,
): Promise<void> {
  if (record.kind === 'plain') return
  const known = new Set(record.findings.map(({ code }) => code))
  const tally = new FindingTally(keptOfEach)
  const tree = new SnapshotTree(objects, record.root.id)
  const wholeTree = new SnapshotTree(objects, whole)
  await checkTree({
    tree,
    isLeftOut: path => tree.find(path) === undefined && wholeTree.find(path) !== undefined,
    kind: record.kind,
    now: new Date(record.created),
    isQuick: true,
    unpacker,
    signal,
    report: finding => {
      if (finding.severity === 'error' && !known.has(finding.code)) tally.add(finding)
    },
  })
  if (tally.groups.length > 0) throw broken(record, tally.groups)
}

function broken(
  { repository, serial }: Pick<SnapshotRecord, 'repository' | 'serial'>,
  groups: readonly FindingGroup[],
): RepocastError {
  const named = groups.slice(0, namedCodes).map(textOf).join('; ')
  const more = groups.length > namedCodes ? `; and ${groups.length - namedCodes} more codes` : ''
  return new RepocastError('REPOCAST_SNAPSHOT_BROKEN', {
    message: `serial ${serial} of ${repository} is not served, because clients could not use it: ${named}${more}`,
    hint: 'tell the operator of the origin: the next serial is tried; `check: false` in agent.yaml serves it all the same',
  })
}

function textOf({ code, count, examples: [first] }: FindingGroup): string {
  const what = first === undefined ? '' : ` ${displayName(first.path)}: ${first.message}`
  return `${code}${what}${count > 1 ? ` (and ${count - 1} more)` : ''}`
}
