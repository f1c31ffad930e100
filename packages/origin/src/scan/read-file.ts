import { setTimeout as sleep } from 'node:timers/promises'
import { RepocastError, systemErrorCode } from '@repocast/errors'
import { type HashPool, onDisk, readFileHere } from '@repocast/files'
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
async function readOnce(path: Buffer, size: number, reading: FileReading): Promise<HashedFile | undefined> {
  const { hashPool, intake } = reading
  if (size <= smallBytes) {
    const { bytes, before, after } = await onDisk('read', path, async () => readFileHere(path, size))
    if (!isSame(before, after)) return undefined
    // what may still change within its times is read a second time, below
    if (!isRacy(after) && bytes.length === Number(after.size)) {
      const file = { id: objectIdOf(bytes), state: after }
      if (!intake.has(file.id)) await intake.addContent(path, file, bytes)
      return file
    }
  }
  const { digest, before, after } = await hashPool.sha256File(path)
  if (!isSame(before, after)) return undefined
  const id = parseObjectId(digest)
  if (intake.has(id)) return { id, state: after }
  const state = await intake.addFile(path, { id, state: after })
  return state && { id, state }
}

export function unstable(displayPath: string): RepocastError {
  return new RepocastError('REPOCAST_TREE_UNSTABLE', {
    message: `${displayPath} changes or vanishes while it is read`,
    hint: 'publish when nothing writes to the tree, for example as the last step of what makes it',
  })
}
