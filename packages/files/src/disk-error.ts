import { RepocastError, systemErrorCode } from '@repocast/errors'

const hints: Readonly<Record<string, string>> = {
  ENOSPC: 'free space on this filesystem',
  EDQUOT: 'free space, or raise the quota of this user',
  EROFS: 'mount the filesystem writable',
  EACCES: 'give the user of repocast the right to it',
  EPERM: 'give the user of repocast the right to it',
  EMFILE: 'raise the limit of open files (LimitNOFILE, ulimit -n)',
  ENFILE: 'raise the limit of open files of the system',
  EIO: 'check the disk: the kernel reports a read or write error',
}

/**
 * The typed error for a refusal of the filesystem (no space, no rights, read error …); anything else, such as
 * ENOENT, which callers expect or not, as it is.
 */
export function explainDiskError(error: unknown, doing: string, path: string | Buffer): unknown {
  const code = systemErrorCode(error)
  const hint = code === undefined ? undefined : hints[code]
  if (hint === undefined) return error
  const full = code === 'ENOSPC' || code === 'EDQUOT'
  return new RepocastError(full ? 'REPOCAST_DISK_FULL' : 'REPOCAST_DISK_REFUSED', {
    message: `cannot ${doing} ${path.toString()} (${code})`,
    hint,
    cause: error,
  })
}

/** Runs `act`, and explains its failure. */
export async function onDisk<T>(doing: string, path: string | Buffer, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw explainDiskError(error, doing, path)
  }
}
