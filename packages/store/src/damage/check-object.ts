import { chmodSync } from 'node:fs'
import { isRepocastError, systemErrorCode } from '@repocast/errors'
import { type HashPool, lookAt } from '@repocast/files'
import type { ObjectId } from '@repocast/objects'

/** What may be wrong with the file of an object. */
export type ObjectDamage = 'deleted' | 'replaced' | 'truncated' | 'rotten' | 'unreadable'

/**
 * Looks whether a file has the content of the object `id`, of `size` bytes; undefined when it has. A file that may not
 * be read is made readable for its owner.
 * @throws RepocastError REPOCAST_DISK_REFUSED when files of this user cannot be read at all
 */
export async function checkObject(
  path: string | Buffer,
  { id, size }: { readonly id: ObjectId; readonly size: number },
  hashPool: HashPool,
): Promise<ObjectDamage | undefined> {
  const stat = lookAt(path)
  if (stat === undefined) return 'deleted'
  if (!stat.isFile()) return 'replaced'
  if (stat.size !== size) return 'truncated'
  if ((stat.mode & 0o400) === 0) chmodSync(path, (stat.mode & 0o7777) | 0o400)
  try {
    const { digest } = await hashPool.sha256File(path)
    return digest === id ? undefined : 'rotten'
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return 'deleted'
    if (isReadError(error)) return 'unreadable'
    throw error
  }
}

/** Whether the disk has lost the bytes, as opposed to a lack of rights or of open files. */
function isReadError(error: unknown): boolean {
  const cause = isRepocastError(error, 'REPOCAST_DISK_REFUSED') ? error.cause : error
  return systemErrorCode(cause) === 'EIO'
}
