import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  type Stats,
  utimesSync,
} from 'node:fs'
import { RepocastError, systemErrorCode } from '@repocast/errors'
import { explainDiskError, lookAt, temporaryNameFor } from '@repocast/files'
import type { FileEntry } from '@repocast/objects'
import type { Layout } from '../layout.ts'

/*
 * Mode and mtime live on the inode, and an object's inode is shared by every path that has its content. The first
 * entry that is placed gives the object's inode its attributes; an entry that wants others gets a variant: a copy
 * (sharing blocks where the filesystem can) that lies beside the object and is linked in its place.
 *
 * Synchronous: a generation is many thousand such calls, and each costs a few microseconds.
 */

/** The file whose inode has the content and the attributes of `entry`. @throws REPOCAST_OBJECT_MISSING */
function inodeFor(layout: Layout, entry: FileEntry, note: (path: string | Buffer) => void): string {
  const path = layout.object(entry.id)
  const stat = lookAt(path)
  if (stat === undefined) {
    throw new RepocastError('REPOCAST_OBJECT_MISSING', {
      message: `the object ${entry.id} is not in ${layout.objects}`,
      hint: 'it is fetched again with the next update; if that does not help, run a scrub',
    })
  }
  if (hasAttributes(stat, entry)) return path
  // An object that its owner cannot read could not be shared any more.
  if (stat.nlink === 1 && (entry.mode & 0o400) !== 0) {
    setAttributes(path, entry)
    note(path)
    return path
  }
  return variantOf(layout, path, entry)
}

function variantOf(layout: Layout, path: string, entry: FileEntry): string {
  const variant = layout.variant(entry.id, entry.mode, entry.mtime)
  if (lookAt(variant) !== undefined) return variant
  const temporary = temporaryNameFor(variant)
  copyFileSync(path, temporary, constants.COPYFILE_FICLONE)
  // Its name stands for whole bytes and right attributes, also after a power loss.
  const fd = openSync(temporary, 'r')
  try {
    setAttributes(temporary, entry)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(temporary, variant)
  return variant
}

/**
 * Makes `place` a file with the content and attributes of `entry`. Doing it twice changes nothing. `note` is told of
 * each file whose bytes or attributes are not durable.
 * @throws RepocastError REPOCAST_OBJECT_MISSING, REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED
 */
export function placeBlob(
  layout: Layout,
  entry: FileEntry,
  place: Buffer,
  remove: (place: Buffer) => void,
  note: (path: string | Buffer) => void,
): void {
  const source = inodeFor(layout, entry, note)
  const there = lookAt(place)
  if (there !== undefined) {
    if (there.isFile() && there.ino === lstatSync(source).ino) return
    remove(place)
  }
  try {
    linkSync(source, place)
  } catch (error) {
    if (!cannotLink.has(systemErrorCode(error) ?? '')) throw explainDiskError(error, 'link', place)
    // No hard links here, or too many of this inode: a copy serves as well.
    copyFileSync(source, place, constants.COPYFILE_FICLONE)
    setAttributes(place, entry)
    note(place)
  }
}

const cannotLink: ReadonlySet<string> = new Set(['EMLINK', 'EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP'])

function hasAttributes(stat: Stats, { mode, mtime }: FileEntry): boolean {
  return (stat.mode & 0o7777) === mode && Math.floor(stat.mtimeMs / 1000) === mtime && stat.mtimeMs % 1000 === 0
}

function setAttributes(path: string | Buffer, { mode, mtime }: FileEntry): void {
  chmodSync(path, mode)
  utimesSync(path, mtime, mtime)
}
