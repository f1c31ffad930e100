import type { FileState } from '@repocast/files'

/** A change within this time of another may leave the same times on the inode. */
const racyNanoseconds = 2_000_000_000n

/** Whether a file was changed so recently that its times may not tell a further change. */
export function isRacy({ mtimeNs, ctimeNs }: FileState): boolean {
  const now = BigInt(Date.now()) * 1_000_000n
  return now - mtimeNs < racyNanoseconds || now - ctimeNs < racyNanoseconds
}

/** Whether a file is as it was. */
export function isSame(a: FileState, b: FileState): boolean {
  return a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs && a.inode === b.inode
}
