import { rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { systemErrorCode } from '@repocast/errors'
import { namesIn, onDisk, syncPath } from '@repocast/files'
import type { RepositoryName } from '@repocast/objects'
import type { Layout } from '../layout.ts'
import { removeAll } from './checkout.ts'
import type { GenerationId } from './kept-files.ts'

/**
 * Removes the directory of a generation, and calls `forget` in between. One rename takes it away as a whole: a half-removed
 * directory never stands under the name of a generation.
 * @throws RepocastError REPOCAST_DISK_REFUSED; what `forget` throws
 */
export async function removeGeneration(
  layout: Layout,
  { repository, number }: GenerationId,
  forget: () => void,
): Promise<void> {
  const directory = layout.generation(repository, number)
  await removeLeftovers(layout, repository)
  try {
    await onDisk('remove', directory, async () => {
      await rename(directory, layout.removedGeneration(repository, number))
      await syncPath(dirname(directory))
    })
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error
  }
  forget()
  await removeLeftovers(layout, repository)
}

/** Removes what was taken away, also by a process that was killed then. */
export async function removeLeftovers(layout: Layout, repository: RepositoryName): Promise<void> {
  const directory = layout.generationsOf(repository)
  for (const name of await namesIn(directory)) {
    if (name.endsWith('.removed')) removeAll(Buffer.from(join(directory, name)))
  }
}

/** Removes generations that are not `known`: what a catalog that was lost has left. */
export async function removeUnknown(
  layout: Layout,
  repository: RepositoryName,
  known: ReadonlySet<number>,
): Promise<void> {
  const directory = layout.generationsOf(repository)
  for (const name of await namesIn(directory)) {
    const number = /^g([1-9]\d{0,8})$/.exec(name)?.[1]
    if (number !== undefined && !known.has(Number(number))) removeAll(Buffer.from(join(directory, name)))
  }
}
