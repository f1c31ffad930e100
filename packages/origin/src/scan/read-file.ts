import { setTimeout as sleep } from 'node:timers/promises'
import { RepocastError, systemErrorCode } from '@repocast/errors'
import { type FileContent, type HashPool, onDisk, readFileHere } from '@repocast/files'
import { objectIdOf, parseObjectId } from '@repocast/objects'
import { isRacy, isSame } from './file-state.ts'
import type { HashedFile, Intake } from './intake.ts'

/** How often a file that changes while it is read is read again. */
const attempts = 3
const pauseMilliseconds = 200

/** Files up to this many bytes are read, hashed and written at once: their way to other threads and back takes longer. */
const smallBytes = 16 * 1024

export interface SourceFile {
  readonly path: Buffer
  readonly displayPath: string
  /** Bytes, as last seen. */
  readonly size: number
}

export interface FileReading {
  readonly hashPool: HashPool
  readonly intake: Intake
  readonly signal?: AbortSignal | undefined
}

/**
 * Hashes a source file, and hands it on when its content is new.
 * @throws RepocastError REPOCAST_TREE_UNSTABLE when the file changes or vanishes each time it is read
 */
export async function readSourceFile(
  { path, displayPath, size }: SourceFile,
  reading: FileReading,
): Promise<HashedFile> {
  for (let attempt = 1; ; attempt += 1) {
    reading.signal?.throwIfAborted()
    try {
      const result = await readOnce(path, size, reading)
      if (result) return result
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw error
    }
    if (attempt === attempts) throw unstable(displayPath)
    await sleep(pauseMilliseconds, undefined, { signal: reading.signal })
  }
}

/** Undefined when the file changed on the way. */
async function readOnce(
  path: Buffer,
  size: number,
  { hashPool, intake }: FileReading,
): Promise<HashedFile | undefined> {
  const small = size <= smallBytes ? await readSmall(path, size) : undefined
  const { digest, before, after } = small ?? (await hashPool.sha256File(path))
  if (!isSame(before, after)) return undefined
  const id = parseObjectId(digest)
  if (intake.has(id)) return { id, state: after }
  const state = await intake.addFile(path, { id, state: after }, isRacy(after) ? undefined : small?.bytes)
  return state && { id, state }
}

/** All of a file, and its digest; undefined when it has grown. @throws RepocastError REPOCAST_DISK_REFUSED; system errors */
async function readSmall(path: Buffer, size: number): Promise<(FileContent & { readonly digest: string }) | undefined> {
  const content = await onDisk('read', path, async () => readFileHere(path, size))
  const isWhole = content.bytes.length === Number(content.after.size)
  return isWhole ? { ...content, digest: objectIdOf(content.bytes) } : undefined
}

export function unstable(displayPath: string): RepocastError {
  return new RepocastError('REPOCAST_TREE_UNSTABLE', {
    message: `${displayPath} changes or vanishes while it is read`,
    hint: 'publish when nothing writes to the tree, for example as the last step of what makes it',
  })
}
