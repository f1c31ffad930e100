/**
 * Paths of a source tree as a scan has them: the bytes of their names as Latin-1 text, since most are ASCII, and a string
 * costs less than a buffer.
 */
import { lstatSync, readdirSync, type Stats } from 'node:fs'
import { explainDiskError } from '@repocast/files'
import { decodeName } from '@repocast/objects'

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const ascii = /^[\u0000-\u007f]*$/

/** A path as the kernel wants it. */
export function bytesOf(path: string): string | Buffer {
  return ascii.test(path) ? path : Buffer.from(path, 'latin1')
}

/** A name or path as repocast has it everywhere else. */
export function decode(path: string): string {
  return ascii.test(path) ? path : decodeName(Buffer.from(path, 'latin1'))
}

/** Names in a directory, sorted by bytes. @throws RepocastError REPOCAST_DISK_REFUSED */
export function readNames(directory: string): string[] {
  try {
    return readdirSync(bytesOf(directory), { encoding: 'latin1' }).sort()
  } catch (error) {
    throw explainDiskError(error, 'read the directory', bytesOf(directory))
  }
}

/** lstat(2). @throws RepocastError REPOCAST_DISK_REFUSED */
export function lookAt(path: string): Stats {
  try {
    return lstatSync(bytesOf(path))
  } catch (error) {
    throw explainDiskError(error, 'look at', bytesOf(path))
  }
}
