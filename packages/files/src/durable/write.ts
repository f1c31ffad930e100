import { randomBytes } from 'node:crypto'
import { open, rename, rm, symlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { onDisk } from '../disk-error.ts'

/** Makes the content of a file durable, or what was linked, renamed or removed in a directory. */
export async function syncPath(path: string | Buffer): Promise<void> {
  await onDisk('sync', path, async () => {
    const handle = await open(path, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  })
}

/** Suffix of names that mean nothing after a crash, so that whoever finds them may remove them. */
export const temporarySuffix = '.repocast-new'

/** A name beside `path` that nobody else uses. */
export function temporaryNameFor(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}${temporarySuffix}`
}

/**
 * Replaces or makes the file `path`. A crash leaves the old file or the new one, whole; when this returns, the new
 * one is durable.
 * @throws RepocastError REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED
 */
export async function writeFileDurably(
  path: string,
  bytes: string | Uint8Array,
  { mode = 0o644 }: { readonly mode?: number } = {},
): Promise<void> {
  const temporary = temporaryNameFor(path)
  await onDisk('write', path, async () => {
    try {
      const handle = await open(temporary, 'wx', mode)
      try {
        await handle.writeFile(bytes)
        await handle.sync()
      } finally {
        await handle.close()
      }
      await rename(temporary, path)
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
  })
  await syncPath(dirname(path))
}

/**
 * Makes `path` a symbolic link to `target` in one step: who looks sees the old link or the new one. Durable when
 * this returns.
 * @throws RepocastError REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED
 */
export async function replaceLink(target: string, path: string): Promise<void> {
  const temporary = temporaryNameFor(path)
  await onDisk('replace the link', path, async () => {
    try {
      await symlink(target, temporary)
      await rename(temporary, path)
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
  })
  await syncPath(dirname(path))
}
