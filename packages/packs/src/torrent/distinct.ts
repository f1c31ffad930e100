import { BencodeReader } from '../bencode/reader.ts'
import { malformed } from '../malformed.ts'
import type { FileTable } from '../pack/file-table.ts'
import { type ByteRanges, RangeTable } from '../pack/range-table.ts'
import { unsafe } from './path-rules.ts'

/**
 * Makes sure that no object and no path occurs twice and that no path is a directory of another, so that every
 * client can write all the files.
 * @throws RepocastError REPOCAST_PACK_MALFORMED, REPOCAST_PACK_UNSAFE_PATH
 */
export function assertDistinct(files: FileTable): void {
  const ids = new RangeTable(files.ids)
  const paths = new RangeTable(files.paths)
  for (let k = 0; k < files.count; k += 1) {
    const sameId = ids.add(k)
    if (sameId !== undefined) throw malformed(`files ${sameId} and ${k} are the same object`)
    const samePath = paths.add(k)
    if (samePath !== undefined) throw unsafe(k, files.path(k), `file ${samePath} has the same`)
  }
  for (let k = 0; k < files.count; k += 1) {
    const file = fileAbove(files.paths, paths, k)
    if (file !== undefined) throw unsafe(k, files.path(k), `file ${file} lies where it has a directory`)
  }
}

/** The file whose path is a directory of path `k`. Directories shared with the path before were looked at there. */
function fileAbove(paths: ByteRanges, table: RangeTable, k: number): number | undefined {
  const { bytes } = paths
  const [start, end] = [paths.start(k), paths.end(k)]
  const shared = k === 0 ? 0 : commonBytes(bytes, start, end, paths.start(k - 1), paths.end(k - 1))
  const reader = new BencodeReader(bytes, start)
  for (reader.string(); reader.position < end; reader.string()) {
    if (reader.position - start <= shared) continue
    const file = table.find(bytes, start, reader.position)
    if (file !== undefined) return file
  }
  return undefined
}

/** How many bytes of path `a` begin path `b` too, less than all of `b`: that may be a file above `a`. */
function commonBytes(bytes: Buffer, aStart: number, aEnd: number, bStart: number, bEnd: number): number {
  const most = Math.min(aEnd - aStart, bEnd - bStart - 1)
  let common = 0
  while (common < most && bytes[aStart + common] === bytes[bStart + common]) common += 1
  return common
}
