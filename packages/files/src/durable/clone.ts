import { constants, type PathLike } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { onDisk } from '../disk-error.ts'

/**
 * Copies the content of a file; where the filesystem can share blocks (btrfs, xfs), it does. `to` must not exist.
 * @throws RepocastError REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED, and system errors
 */
export async function cloneFile(from: PathLike, to: string): Promise<void> {
  const mode = constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL
  await onDisk('copy a file to', to, async () => await copyFile(from, to, mode))
}
