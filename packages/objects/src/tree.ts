import type { ObjectId } from './id.ts'

interface EntryBase {
  readonly name: string
}

/** A regular file. `mode` holds the permission bits (0 to 0o7777), `mtime` seconds since 1970, `size` bytes. */
export interface FileEntry extends EntryBase {
  readonly type: 'f'
  readonly mode: number
  readonly mtime: number
  readonly size: number
  readonly id: ObjectId
}

/** A symbolic link. Its mode is always 0o777 on Linux and is not kept. */
export interface LinkEntry extends EntryBase {
  readonly type: 'l'
  readonly mtime: number
  readonly target: string
}

/** A directory; `id` and `size` (bytes) are those of its tree object. */
export interface DirectoryEntry extends EntryBase {
  readonly type: 'd'
  readonly mode: number
  readonly mtime: number
  readonly size: number
  readonly id: ObjectId
}

export type TreeEntry = FileEntry | LinkEntry | DirectoryEntry

/**
 * A run of a long directory's entries that is a tree object of its own, so that a change in a directory of
 * 100,000 files makes one short new object and not a new listing of everything.
 */
export interface Segment {
  readonly type: 's'
  /** Bytes of the tree object. */
  readonly size: number
  readonly id: ObjectId
}

/** What a tree object holds: the entries of a directory in byte order of their names, or segments of them. */
export type Tree =
  | { readonly entries: readonly TreeEntry[]; readonly segments?: undefined }
  | { readonly segments: readonly Segment[]; readonly entries?: undefined }

/** The top directory of a snapshot: its tree object and its own attributes. */
export interface RootTree {
  readonly id: ObjectId
  readonly size: number
  readonly mode: number
  readonly mtime: number
}

/** Where tree objects are read from. @throws when the object is missing or is not what its id says */
export type TreeReader = (id: ObjectId) => Promise<Tree>
