import { canonicalJson, type SnapshotRecord } from '@repocast/objects'
import type { LeftOutReason } from '@repocast/repositories'

/** Name of the file at the top of a filtered tree that says what was left out. */
export const leftOutFileName = '.repocast-filter.json'

/** Regular files and their bytes. */
export interface FileCount {
  readonly files: number
  readonly bytes: number
}

export interface LeftOutSummary {
  /** Canonical JSON. */
  readonly filter: string
  readonly kept: FileCount
  readonly leftOut: ReadonlyMap<LeftOutReason, FileCount>
}

/** The file that says what a tree has not. It depends on the snapshot and the filter only. Pure. */
export function leftOutFile(
  { repository, serial, root }: SnapshotRecord,
  { filter, kept, leftOut }: LeftOutSummary,
): Buffer {
  const value = {
    format: 'repocast filter',
    version: 1,
    repository,
    serial,
    root: root.id,
    filter: JSON.parse(filter),
    kept: { files: kept.files, bytes: kept.bytes },
    leftOut: Object.fromEntries([...leftOut].map(([reason, { files, bytes }]) => [reason, { files, bytes }])),
  }
  return Buffer.from(`${JSON.stringify(JSON.parse(canonicalJson(value)), null, 2)}\n`)
}

/** The sum of what was left out. Pure. */
export function sumOf(counts: Iterable<FileCount>): FileCount {
  let [files, bytes] = [0, 0]
  for (const count of counts) {
    files += count.files
    bytes += count.bytes
  }
  return { files, bytes }
}
