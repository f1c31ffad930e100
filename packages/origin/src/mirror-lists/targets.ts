import {
  diffTrees,
  type FileEntry,
  isDirectory,
  joinPath,
  listTree,
  type ObjectId,
  type SnapshotRecord,
  type TreeReader,
} from '@repocast/objects'
import { isRoot } from '@repocast/repositories'

/** A file as a mirror should have it. */
export interface ExpectedFile {
  /** Bytes. */
  readonly size: number
  readonly sha256: ObjectId
}

/** A file of which mirrors are asked; where nothing is expected, nothing should be. */
export interface Target {
  readonly path: string
  readonly isMarker: boolean
  readonly now: ExpectedFile | undefined
  /** The file in the snapshot before. Of a file that did not change it is the same. */
  readonly before: ExpectedFile | undefined
}

const markersAtMost = 2
/** Changes that are looked at for good markers. */
const changesAtMost = 5000

/**
 * Files that tell a snapshot from the one before: first what clients begin with (repomd.xml, Release), then the
 * smallest. None when all files are the same.
 * @throws what `read` throws
 */
export async function findMarkers(
  read: TreeReader,
  record: SnapshotRecord,
  previous: SnapshotRecord | undefined,
): Promise<Target[]> {
  const found: Target[] = []
  let changes = 0
  for await (const { path, before, after } of diffTrees(read, previous?.root.id, record.root.id)) {
    changes += 1
    const [now, was] = [expected(after), expected(before)]
    if (now?.sha256 !== was?.sha256) found.push({ path, isMarker: true, now, before: was })
    if (changes > changesAtMost && found.length >= markersAtMost) break
  }
  const rank = ({ path, now }: Target) => (isRoot(path) && now ? -1 : (now?.size ?? Number.MAX_SAFE_INTEGER))
  return found.sort((a, b) => rank(a) - rank(b)).slice(0, markersAtMost)
}

function expected(entry: { readonly type: string } | undefined): ExpectedFile | undefined {
  if (entry?.type !== 'f') return undefined
  const { size, id } = entry as FileEntry
  return { size, sha256: id }
}

/** Ways down that are tried: a directory may be empty. */
const descents = 8

/** A file of a snapshot, by a random way down. Undefined when none is met. @throws what `read` throws */
export async function randomTarget(
  read: TreeReader,
  root: ObjectId,
  random: () => number,
): Promise<Target | undefined> {
  for (let descent = 0; descent < descents; descent += 1) {
    let [id, path] = [root as ObjectId | undefined, '']
    while (id !== undefined) {
      const entries = []
      for await (const entry of listTree(read, id)) if (entry.type !== 'l') entries.push(entry)
      const entry = entries[Math.floor(random() * entries.length)]
      path = joinPath(path, entry?.name ?? '')
      id = isDirectory(entry) ? entry.id : undefined
      const file = expected(entry)
      if (file) return { path, isMarker: false, now: file, before: file }
    }
  }
  return undefined
}
