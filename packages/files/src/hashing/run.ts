import { createHash, type Hash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import type { FileContent, FileDigest, FileRange, FileState, HashJob, HashResult } from './job.ts'

const buffer = Buffer.allocUnsafe(1024 * 1024)

/** Does a job on the thread of the caller. @throws system errors */
export function runHashJob(job: HashJob): HashResult {
  return job.kind === 'file' ? hashFile(Buffer.from(job.path, 'latin1'), job.algorithm) : hashRanges(job.ranges)
}

/**
 * `HashPool.digestFile` on the thread of the caller: for small files, whose way to another thread takes longer.
 * @throws system errors
 */
export function digestFileHere(path: Buffer | string, algorithm: string): FileDigest {
  return hashFile(Buffer.from(path), algorithm)
}

/**
 * The first `size` bytes of a file, or fewer, and its state before and after the reading: when they differ, the bytes are
 * those of no version of the file. On the thread of the caller, as `digestFileHere`.
 * @throws system errors
 */
export function readFileHere(path: Buffer | string, size: number): FileContent {
  const fd = openToRead(path)
  try {
    const before = stateOf(fd)
    const bytes = Buffer.allocUnsafe(size)
    let length = 0
    for (let read = -1; read !== 0 && length < size; length += read)
      read = readSync(fd, bytes, length, size - length, null)
    return { bytes: bytes.subarray(0, length), before, after: stateOf(fd) }
  } finally {
    closeSync(fd)
  }
}

/** Not through a link that has taken the file's place, and not waiting for a pipe. */
function openToRead(path: Buffer | string): number {
  return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
}

function hashFile(path: Buffer, algorithm: string): FileDigest & { readonly kind: 'file' } {
  const fd = openToRead(path)
  try {
    const before = stateOf(fd)
    const hash = createHash(algorithm)
    for (let length = readSync(fd, buffer); length > 0; length = readSync(fd, buffer)) {
      hash.update(buffer.subarray(0, length))
    }
    return { kind: 'file', digest: hash.digest('hex'), before, after: stateOf(fd) }
  } finally {
    closeSync(fd)
  }
}

function hashRanges(ranges: Extract<HashJob, { readonly kind: 'sha1-ranges' }>['ranges']): HashResult {
  const hash = createHash('sha1')
  for (const range of ranges) {
    const path = Buffer.from(range.path, 'latin1')
    if (!hashRange(hash, { ...range, path })) return { kind: 'sha1-ranges', digest: undefined }
  }
  return { kind: 'sha1-ranges', digest: hash.digest('hex') }
}

function hashRange(hash: Hash, { path, offset, length }: FileRange): boolean {
  const fd = openSync(path, 'r')
  try {
    for (let done = 0; done < length; ) {
      const read = readSync(fd, buffer, 0, Math.min(buffer.length, length - done), offset + done)
      if (read === 0) return false
      hash.update(buffer.subarray(0, read))
      done += read
    }
    return true
  } finally {
    closeSync(fd)
  }
}

function stateOf(fd: number): FileState {
  const { size, mtimeNs, ctimeNs, ino } = fstatSync(fd, { bigint: true })
  return { size, mtimeNs, ctimeNs, inode: ino }
}
