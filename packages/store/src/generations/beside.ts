import { chmodSync, mkdirSync, renameSync, rmdirSync, unlinkSync, utimesSync } from 'node:fs'
import { systemErrorCode } from '@repocast/errors'
import { explainDiskError, lookAt } from '@repocast/files'
import { directoryOf, encodeName, type TreeEntry } from '@repocast/objects'
import type { Checkout } from './checkout.ts'

/** Of a directory; the time in seconds since 1970. */
export interface Attributes {
  readonly mode: number
  readonly mtime: number
}

/**
 * Places and removes names in a checked-out snapshot besides those that it has. Directories of the snapshot keep their
 * attributes. Entries must come in the order that `KeptFiles` gives them: a directory behind all that is in it.
 */
export class Beside {
  readonly #directory: Buffer
  readonly #checkout: Checkout
  readonly #mayMake: (path: string) => boolean
  /** Directories that are there only because something was placed in them. */
  readonly #made = new Set<string>()
  /** What directories of the snapshot had before they were changed. */
  readonly #attributes = new Map<string, Attributes>()

  /** `mayMake` is asked before a directory is made that the snapshot does not have. */
  constructor(directory: string, checkout: Checkout, mayMake: (path: string) => boolean = () => false) {
    this.#directory = Buffer.from(directory)
    this.#checkout = checkout
    this.#mayMake = mayMake
  }

  /** Whether the snapshot has nothing at `path`, and nothing but directories on the way to it. */
  isFree(path: string): boolean {
    return this.#isFree(path, this.#missingAbove(path))
  }

  /**
   * @returns false when the snapshot has something else at `path` or on the way to it, which stays
   * @throws what `Checkout.apply` throws
   */
  place(path: string, entry: TreeEntry): boolean {
    if (this.#made.has(path)) {
      this.#checkout.apply({ path, after: entry })
      return true
    }
    const missing = this.#missingAbove(path)
    if (missing === undefined || !missing.every(this.#mayMake) || !this.#isFree(path, missing)) return false
    this.#remember(directoryOf(missing[0] ?? path))
    for (const directory of missing) this.#made.add(directory)
    if (entry.type === 'd') this.#made.add(path)
    this.#checkout.apply({ path, after: entry })
    return true
  }

  /**
   * Moves a file of the same filesystem to `path`, in one step and also over a file, and makes the directories above it.
   * @returns false when something else is on the way to it, which stays
   * @throws RepocastError REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED
   */
  move(file: string, path: string): boolean {
    const missing = this.#missingAbove(path)
    if (missing === undefined) return false
    this.#remember(directoryOf(missing[0] ?? path))
    try {
      for (const directory of missing) this.#inWritable(directoryOf(directory), () => this.#makeDirectory(directory))
      this.#inWritable(directoryOf(path), () => renameSync(file, this.#placeOf(path)))
    } catch (error) {
      throw explainDiskError(error, 'write', this.#placeOf(path))
    }
    this.#checkout.noteChanged(this.#placeOf(directoryOf(path)))
    return true
  }

  /**
   * Removes a name that was placed; a directory only when nothing is in it.
   * @returns whether nothing is there any more  @throws RepocastError REPOCAST_DISK_REFUSED
   */
  remove(path: string, type: TreeEntry['type']): boolean {
    const missing = this.#missingAbove(path)
    // Somebody has put something else on the way to it: what is behind that is not ours.
    if (missing === undefined) return true
    // also when it is gone: it may have been removed before a kill
    this.#remember(directoryOf(missing[0] ?? path))
    const place = this.#placeOf(path)
    const there = missing.length > 0 ? undefined : lookAt(place)
    if (there === undefined || there.isDirectory() !== (type === 'd')) return true
    try {
      this.#inWritable(directoryOf(path), () => (type === 'd' ? rmdirSync(place) : unlinkSync(place)))
    } catch (error) {
      if (['ENOTEMPTY', 'EEXIST'].includes(systemErrorCode(error) ?? '')) return false
      throw explainDiskError(error, 'remove', place)
    }
    this.#attributes.delete(path)
    return true
  }

  /** Paths of directories of the snapshot in which something was changed. */
  get changed(): readonly string[] {
    return [...this.#attributes.keys()]
  }

  /**
   * Gives directories of the snapshot their attributes again; the last step. After a kill the disk may not tell them any
   * more: `ofSnapshot` does, where it knows the directory.
   */
  finish(ofSnapshot: ReadonlyMap<string, Attributes> = new Map()): void {
    for (const [path, onDisk] of this.#attributes) {
      const { mode, mtime } = ofSnapshot.get(path) ?? onDisk
      const place = this.#placeOf(path)
      chmodSync(place, mode)
      utimesSync(place, mtime, mtime)
      this.#checkout.noteChanged(place)
    }
  }

  #isFree(path: string, missing: readonly string[] | undefined): boolean {
    return missing !== undefined && (missing.length > 0 || lookAt(this.#placeOf(path)) === undefined)
  }

  /** Directories above `path` that are not there, the highest first; undefined when something else is in the way. */
  #missingAbove(path: string): string[] | undefined {
    const parts = path.split('/').slice(0, -1)
    const above = parts.map((_, k) => parts.slice(0, k + 1).join('/'))
    for (const [k, directory] of above.entries()) {
      const there = lookAt(this.#placeOf(directory))
      if (there === undefined) return above.slice(k)
      if (!there.isDirectory()) return undefined
    }
    return []
  }

  #remember(directory: string): void {
    if (this.#made.has(directory) || this.#attributes.has(directory)) return
    const there = lookAt(this.#placeOf(directory))
    if (there) this.#attributes.set(directory, { mode: there.mode & 0o7777, mtime: there.mtimeMs / 1000 })
  }

  /** Does `act` in a directory, which is made writable when it has to be. */
  #inWritable(directory: string, act: () => void): void {
    try {
      act()
    } catch (error) {
      if (systemErrorCode(error) !== 'EACCES') throw error
      chmodSync(this.#placeOf(directory), 0o700)
      act()
    }
  }

  #makeDirectory(path: string): void {
    const place = this.#placeOf(path)
    mkdirSync(place)
    chmodSync(place, 0o755)
    this.#made.add(path)
    this.#checkout.noteChanged(place)
    this.#checkout.noteChanged(this.#placeOf(directoryOf(path)))
  }

  #placeOf(path: string): Buffer {
    return path === '' ? this.#directory : Buffer.concat([this.#directory, slash, encodeName(path)])
  }
}

const slash = Buffer.from('/')
