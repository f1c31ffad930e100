import { statfsSync } from 'node:fs'

/** Room on the filesystem of a path, in bytes. */
export interface DiskSpace {
  /** For those who are not root. */
  readonly freeBytes: number
  readonly totalBytes: number
}

/** Undefined when the filesystem does not tell. One system call, which does not wait for the disk. */
export function diskSpace(path: string): DiskSpace | undefined {
  try {
    const { bsize, bavail, blocks } = statfsSync(path)
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
  } catch {
    return undefined
  }
}
