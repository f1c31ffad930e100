import { randomBytes } from 'node:crypto'
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
import { join } from 'node:path'
import { RepocastError, systemErrorCode } from '@repocast/errors'
import { explainDiskError, lookAt, temporaryNameFor } from '@repocast/files'
import type { FileEntry } from '@repocast/objects'
import type { Layout } from '../layout.ts'

/*
 * Mode and mtime live on the inode, and an object's inode is shared by every path that has its content. The first
 * entry that is placed gives the object's inode its attributes; an entry that wants others gets a variant: a copy
 * (sharing blocks where the filesystem can) that lies beside the object and is linked in its place. So the attributes of
 * a file that was adopted, and has a name outside of the store, are never changed by a checkout.
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
    setAttributes(path, entry, stat)
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
 * Makes `place` a file with the content and attributes of `entry`; what is there is replaced in one step. Doing it twice
 * changes nothing. `note` is told of each file whose bytes or attributes are not durable.
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
  const refused = tryLink(source, place)
  if (refused === undefined) return
  if (refused.code !== 'EEXIST' && !cannotLink.has(refused.code)) throw explainDiskError(refused.error, 'link', place)
  const there = lookAt(place)
  if (there?.isFile() && there.ino === lstatSync(source).ino) return
  if (there?.isDirectory()) remove(place)
  const temporary = join(layout.incoming, randomBytes(12).toString('hex'))
  const again = tryLink(source, temporary)
  if (again !== undefined) {
    if (!cannotLink.has(again.code)) throw explainDiskError(again.error, 'link', place)
    // No hard links here, or too many of this inode: a copy serves as well.
    copyFileSync(source, temporary, constants.COPYFILE_FICLONE)
    setAttributes(temporary, entry)
    note(place)
  }
  renameSync(temporary, place)
}

/** Linked without a look at `place` before, since most often nothing is there. @returns why it could not be */
function tryLink(
  source: string,
  place: string | Buffer,
): { readonly code: string; readonly error: unknown } | undefined {
  try {
    linkSync(source, place)
    return undefined
  } catch (error) {
    return { code: systemErrorCode(error) ?? '', error }
  }
}

const cannotLink: ReadonlySet<string> = new Set(['EMLINK', 'EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP'])

function hasAttributes(stat: Stats, { mode, mtime }: FileEntry): boolean {
  if ((stat.mode & 0o7777) !== mode || Math.floor(stat.mtimeMs / 1000) !== mtime) return false
  // an adopted file has another name elsewhere, and keeps its parts of a second
  return stat.mtimeMs % 1000 === 0 || stat.nlink > 1
}

/** `before` is what it has, where that is known. */
function setAttributes(path: string | Buffer, { mode, mtime }: FileEntry, before?: Stats): void {
  if (before === undefined || (before.mode & 0o7777) !== mode) chmodSync(path, mode)
  utimesSync(path, mtime, mtime)
}
