import { lstatSync, type Stats } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { systemErrorCode } from '@repocast/errors'
import { explainDiskError } from './disk-error.ts'

/**
 * lstat(2), undefined when nothing is there. Synchronous: it costs a few microseconds, a promise for it many times that.
 * @throws RepocastError REPOCAST_DISK_REFUSED
 */
export function lookAt(path: string | Buffer): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    // a file stands where the path has a directory
    if (systemErrorCode(error) === 'ENOTDIR') return undefined
    throw explainDiskError(error, 'look at', path)
  }
}

/** Whether anything is at `path`. @throws as `lookAt` */
export function isThere(path: string | Buffer): boolean {
  return lookAt(path) !== undefined
}

/** Names in a directory; none when there is no such directory. @throws system errors */
export async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return []
    throw error
  }
}
