import { renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { explainDiskError } from '../disk-error.ts'
import { isThere } from '../look.ts'
import type { Filesystem } from './filesystem.ts'
import { syncPath } from './write.ts'

interface Placement {
  readonly from: string
  readonly to: string
}

/** Renames that are made before the event loop gets its turn. */
const renamesPerTurn = 200

/** From this many files on, one sync of the whole filesystem is cheaper than one of each file. */
const manyFiles = 24

/**
 * Files that become durable together. Until `commit` returns nothing is promised. In it, first all content is
 * synced, then each file gets its final name by rename(2), then the directories are synced: so a final name never
 * stands for half a file, and behind `commit` every name is durable. Temporary and final names are on one filesystem.
 */
export class DurableBatch {
  readonly #filesystem: Filesystem
  readonly #placements: Placement[] = []
  readonly #contents = new Set<string>()
  /** Directories that hold new names which are not durable yet. */
  readonly #directories = new Set<string>()

  constructor(filesystem: Filesystem) {
    this.#filesystem = filesystem
  }

  get size(): number {
    return this.#placements.length + this.#contents.size
  }

  /** Puts the file `from` under its final name `to`. */
  place(from: string, to: string): void {
    this.#placements.push({ from, to })
  }

  /** Makes the names in a directory durable, although this batch puts none there. */
  keepNames(directory: string): void {
    this.#directories.add(directory)
  }

  /** Makes the content of `path` durable where it is. */
  keep(path: string): void {
    this.#contents.add(path)
  }

  /**
   * What is added while this runs belongs to the next commit.
   * @throws RepocastError REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED; what is not done yet stays for the next commit
   */
  async commit(): Promise<void> {
    const placements = this.#placements.splice(0)
    const contents = [...this.#contents]
    this.#contents.clear()
    try {
      await syncContents(this.#filesystem, [...contents, ...placements.map(({ from }) => from)])
      for (let done = 0; placements.length > 0; done += 1) {
        this.#rename(placements)
        if (done % renamesPerTurn === 0) await nextTurn()
      }
      await syncDirectories(this.#filesystem, [...this.#directories])
      this.#directories.clear()
    } catch (error) {
      for (const placement of placements) this.#placements.push(placement)
      for (const path of contents) this.#contents.add(path)
      throw error
    }
  }

  /** Puts the last of `placements` under its final name, and takes it off. */
  #rename(placements: Placement[]): void {
    const next = placements.at(-1)
    if (next === undefined) return
    const { from, to } = next
    try {
      renameSync(from, to)
    } catch (error) {
      throw explainDiskError(error, 'rename', from)
    }
    this.#directories.add(dirname(to))
    placements.pop()
  }
}

async function syncContents(filesystem: Filesystem, paths: readonly string[]): Promise<void> {
  if (paths.length >= manyFiles && (await filesystem.sync())) return
  for (const path of paths) await syncPath(path)
}

/**
 * Makes what changed in many directories of `filesystem`, and in the attributes of files, durable. What is not there any
 * more is made durable by the directory above it.
 * @throws RepocastError REPOCAST_DISK_REFUSED
 */
export async function syncDirectories(
  filesystem: Filesystem,
  directories: readonly (string | Buffer)[],
): Promise<void> {
  if (directories.length >= manyFiles && (await filesystem.sync())) return
  for (const path of directories) if (isThere(path)) await syncPath(path)
}
