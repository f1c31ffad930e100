import { unlink } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Database } from '@repocast/database'
import { onDisk } from '@repocast/files'
import type { RepositoryName } from '@repocast/objects'
import type { Layout } from '../layout.ts'
import { lookAtServed, servedPathTaken } from './served-path.ts'

/** The symbolic links under which repositories are, or were, served. */
export class ServedLinks {
  readonly #layout: Layout
  readonly #select
  readonly #insert
  readonly #delete

  constructor(layout: Layout, catalog: Database) {
    this.#layout = layout
    this.#select = catalog.prepare<[string], { path: string }>('SELECT path FROM served_paths WHERE repository = ?')
    this.#delete = catalog.prepare<[string]>('DELETE FROM served_paths WHERE repository = ?')
    this.#insert = catalog.prepare<[string, string]>(
      'INSERT OR REPLACE INTO served_paths (path, repository) VALUES (?, ?)',
    )
  }

  /** The paths under which a repository was ever served, absolute. */
  paths(repository: RepositoryName): string[] {
    return this.#select.all(repository).map(({ path }) => path)
  }

  /** Records a path, before it becomes a link. */
  note(repository: RepositoryName, path: string): void {
    this.#insert.run(resolve(path), repository)
  }

  /** Removes the links that lead to generations of a repository. What else lies at their paths stays. */
  async remove(repository: RepositoryName): Promise<void> {
    for (const path of this.paths(repository)) {
      const there = await lookAtServed(path, this.#layout.generationsOf(repository))
      if (there.kind === 'generation') await onDisk('remove', path, async () => await unlink(path))
    }
    this.#delete.run(repository)
  }

  /** The number of the generation that a path leads to. @throws RepocastError REPOCAST_SERVED_PATH_TAKEN */
  async numberAt(repository: RepositoryName, path: string): Promise<number | undefined> {
    const there = await lookAtServed(path, this.#layout.generationsOf(repository))
    if (there.kind === 'generation') return there.number
    // A link that was ours may lead elsewhere, because the data directory was moved.
    const wasOurs = there.kind === 'foreign' && there.isLink && this.paths(repository).includes(resolve(path))
    if (there.kind === 'nothing' || wasOurs) return undefined
    throw servedPathTaken(path, there.what)
  }

  /** Generations that a link leads to: from the served path, or from one that was configured before. @throws as `numberAt` */
  async numbers(repository: RepositoryName, servedPath: string): Promise<Set<number>> {
    const numbers = new Set<number>()
    const number = await this.numberAt(repository, servedPath)
    if (number !== undefined) numbers.add(number)
    for (const path of this.paths(repository)) {
      const there = await lookAtServed(path, this.#layout.generationsOf(repository))
      if (there.kind === 'generation') numbers.add(there.number)
    }
    return numbers
  }
}
