import { isRepocastError } from '@repocast/errors'
import type { RepositoryKind, RepositoryName, SnapshotRecord, TreeReader } from '@repocast/objects'
import { countFindings, type FindingCounts } from '../check/recorded.ts'
import { ChangeCounter, type ChangeCounts, fileChanges } from './file-changes.ts'

/** A snapshot as the log tells it. */
export interface LogEntry {
  readonly repository: RepositoryName
  readonly serial: number
  /** ISO 8601, UTC. */
  readonly created: string
  readonly kind: RepositoryKind
  readonly files: number
  readonly bytes: number
  readonly packs: number
  /** What the check found when it was published, by severity. */
  readonly findings: FindingCounts
  /** Names that point at it. */
  readonly channels: readonly string[]
  /** The first of the listed serials that had the same content: it was rolled back to that one. */
  readonly sameAs: number | null
  /** The serial that `changes` counts from, null for nothing at all. */
  readonly since: number | null
  /** What differs from that; null when the origin has not kept what is needed to tell. */
  readonly changes: ChangeCounts | null
}

export interface LogOptions {
  /** Of one repository, in growing order. */
  readonly records: readonly SnapshotRecord[]
  /** Serials by the name of the channel. */
  readonly channels: ReadonlyMap<string, number>
  readonly read: TreeReader
  /** Tells so many of the newest. */
  readonly limit?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** The snapshots of a repository, newest first. @throws what reading trees throws; the reason of the signal */
export async function* logSnapshots({
  records,
  channels,
  read,
  limit = records.length,
  signal,
}: LogOptions): AsyncGenerator<LogEntry> {
  for (let k = records.length - 1; k >= Math.max(0, records.length - limit); k -= 1) {
    const [record, last] = [records[k], records[k - 1]]
    if (record === undefined) return
    const { repository, serial, created, kind, counts, bytes, packs, root } = record
    const first = records.find(other => other.root.id === root.id)?.serial ?? serial
    yield {
      ...{ repository, serial, created, kind, bytes },
      files: counts.files,
      packs: packs.length,
      findings: countFindings(record.findings),
      channels: [...channels].filter(([, named]) => named === serial).map(([name]) => name),
      sameAs: first === serial ? null : first,
      since: last?.serial ?? null,
      changes: last ? await changesOf(read, last, record, signal) : changesFromNothing(record),
    }
  }
}

function changesFromNothing({ serial, counts, bytes }: SnapshotRecord): ChangeCounts | null {
  const none = { files: 0, bytes: 0 }
  const added = { files: counts.files + counts.links, bytes }
  return serial === 1 ? { added, removed: none, changed: none, touched: none } : null
}

async function changesOf(
  read: TreeReader,
  last: SnapshotRecord,
  record: SnapshotRecord,
  signal: AbortSignal | undefined,
): Promise<ChangeCounts | null> {
  const counter = new ChangeCounter()
  try {
    for await (const change of fileChanges(read, last.root.id, record.root.id, signal)) counter.add(change)
    return counter.counts
  } catch (error) {
    if (isRepocastError(error, 'REPOCAST_OBJECT_MISSING')) return null
    throw error
  }
}
