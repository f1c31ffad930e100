import {
  chmodSync,
  lutimesSync,
  mkdirSync,
  readlinkSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
} from 'node:fs'
import { isRepocastError, systemErrorCode } from '@repocast/errors'
import { explainDiskError, type Filesystem, lookAt, syncDirectories, walk } from '@repocast/files'
import {
  type Change,
  type DirectoryEntry,
  encodeName,
  type FileEntry,
  type LinkEntry,
  type ObjectId,
  type RootTree,
} from '@repocast/objects'
import type { Layout } from '../layout.ts'
import { placeBlob } from './place-blob.ts'

/** What is changed but not durable, at most. */
const mostChanged = 20_000

/**
 * Turns changes of trees into changes of one directory on disk. Every step looks at what is there first, so that
 * the same changes may be applied again after a crash.
 */
export class Checkout {
  readonly #layout: Layout
  readonly #filesystem: Filesystem
  readonly #directory: Buffer
  readonly #onMissing: (id: ObjectId) => void
  /** Directories and files that were changed and are not durable, as Latin-1, in which any bytes make a string. */
  readonly #changed = new Set<string>()

  /** `onMissing` is told of an object that is not there when its place comes. */
  constructor(layout: Layout, filesystem: Filesystem, directory: string, onMissing: (id: ObjectId) => void) {
    this.#layout = layout
    this.#filesystem = filesystem
    this.#onMissing = onMissing
    this.#directory = Buffer.from(directory)
  }

  /**
   * Changes must come as `diffTrees` gives them: a directory behind everything below it.
   * @throws RepocastError REPOCAST_OBJECT_MISSING, REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED
   */
  apply({ path, after }: Change): void {
    const place = this.#placeOf(path)
    if (after === undefined) this.#inParent(place, () => removeAll(place))
    else if (after.type === 'd') this.#setDirectory(place, after)
    else if (after.type === 'l') this.#inParent(place, () => placeLink(place, after))
    else this.#inParent(place, () => this.#placeBlob(place, after))
  }

  /** Gives what is at a place the attributes of its entry, also to all other names of a file. @throws as `apply` */
  restoreAttributes({ path, after }: Change): void {
    const place = this.#placeOf(path)
    if (after === undefined || after.type === 'l') this.apply({ path, ...(after && { after }) })
    else setAttributes(place, after)
    this.#note(place)
  }

  /** Removes what the snapshot does not have. @throws as `apply` */
  remove(name: Buffer): void {
    const place = Buffer.concat([this.#directory, slash, name])
    this.#inParent(place, () => removeAll(place))
  }

  /** Gives the top directory its attributes, which is the last step. */
  finish(root: RootTree): void {
    makeDirectory(this.#directory)
    setAttributes(this.#directory, root)
    this.#note(this.#directory)
    this.#note(parentOf(this.#directory))
  }

  /** Whether so much is changed that `sync` should be called, so that what is remembered of it does not grow. */
  get isFull(): boolean {
    return this.#changed.size >= mostChanged
  }

  /** Makes all changes durable. @throws RepocastError REPOCAST_DISK_REFUSED */
  async sync(): Promise<void> {
    const changed = [...this.#changed].map(path => Buffer.from(path, 'latin1'))
    await syncDirectories(this.#filesystem, changed)
    this.#changed.clear()
  }

  /** Says that a file or directory of this generation was changed by somebody else, and is to be synced too. */
  noteChanged(place: Buffer): void {
    this.#note(place)
  }

  #note(path: string | Buffer): void {
    this.#changed.add(Buffer.from(path).toString('latin1'))
  }

  #placeOf(path: string): Buffer {
    return Buffer.concat([this.#directory, slash, encodeName(path)])
  }

  #setDirectory(place: Buffer, entry: DirectoryEntry): void {
    if (!lookAt(place)?.isDirectory()) this.#inParent(place, () => replaceByDirectory(place))
    setAttributes(place, entry)
    this.#note(place)
  }

  #placeBlob(place: Buffer, entry: FileEntry): void {
    try {
      placeBlob(this.#layout, entry, place, removeAll, path => this.#note(path))
    } catch (error) {
      if (isRepocastError(error, 'REPOCAST_OBJECT_MISSING')) this.#onMissing(entry.id)
      throw error
    }
  }

  /** Does `act` on an entry of a directory, which is made, or made writable, when it has to be. */
  #inParent(place: Buffer, act: () => void): void {
    const parent = parentOf(place)
    this.#note(parent)
    try {
      act()
    } catch (error) {
      const code = systemErrorCode(error) ?? systemErrorCode(error instanceof Error ? error.cause : undefined)
      if (code === 'ENOENT' || code === 'ENOTDIR') makeDirectory(parent)
      else if (code === 'EACCES') chmodSync(parent, 0o700)
      else throw explainDiskError(error, 'change', place)
      act()
    }
  }
}

const slash = Buffer.from('/')

function parentOf(place: Buffer): Buffer {
  return place.subarray(0, place.lastIndexOf(0x2f))
}

function makeDirectory(place: Buffer): void {
  if (lookAt(place)?.isDirectory()) return
  if (lookAt(parentOf(place)) === undefined) makeDirectory(parentOf(place))
  replaceByDirectory(place)
}

function replaceByDirectory(place: Buffer): void {
  removeAll(place)
  mkdirSync(place, 0o700)
}

function setAttributes(place: Buffer, { mode, mtime }: { readonly mode: number; readonly mtime: number }): void {
  chmodSync(place, mode)
  utimesSync(place, mtime, mtime)
}

function placeLink(place: Buffer, entry: LinkEntry): void {
  const target = encodeName(entry.target)
  const there = lookAt(place)
  const isRight = there?.isSymbolicLink() && readlinkSync(place, { encoding: 'buffer' }).equals(target)
  if (!isRight) {
    if (there) removeAll(place)
    symlinkSync(target, place)
  }
  lutimesSync(place, entry.mtime, entry.mtime)
}

/** Removes whatever is at `place`, also what does not belong there. Not fs.rm, which cannot take names that are no UTF-8. */
export function removeAll(place: Buffer): void {
  const there = lookAt(place)
  if (there === undefined) return
  if (!there.isDirectory()) {
    unlinkSync(place)
    return
  }
  for (const { event, path } of walk(place)) {
    if (event === 'enter') chmodSync(path, 0o700)
    else if (event === 'leave') rmdirSync(path)
    else unlinkSync(path)
  }
}
