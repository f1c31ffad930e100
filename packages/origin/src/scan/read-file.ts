import { lstat, rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { RepocastError, systemErrorCode } from '@repocast/errors'
import type { FileState, HashPool } from '@repocast/files'
import { type ObjectId, parseObjectId } from '@repocast/objects'
import type { Ingest, IngestMethod } from '@repocast/store'

/** How often a file that changes while it is read is read again. */
const attempts = 3
const pauseMilliseconds = 200
/** A change within this time of another may leave the same times on the inode. */
const racyNanoseconds = 2_000_000_000n

export interface ReadFile {
  readonly id: ObjectId
  readonly state: FileState
}

export interface FileReading {
  readonly hashPool: HashPool
  readonly ingest: Ingest
  readonly method: IngestMethod
  readonly signal: AbortSignal | undefined
}

/**
 * Hashes a source file and takes it into the store when its content is new. What is in the store is what was hashed.
 * @throws RepocastError REPOCAST_TREE_UNSTABLE when the file changes or vanishes each time it is read
 */
export async function readSourceFile(path: Buffer, displayPath: string, reading: FileReading): Promise<ReadFile> {
  for (let attempt = 1; ; attempt += 1) {
    reading.signal?.throwIfAborted()
    try {
      const result = await readOnce(path, reading)
      if (result) return result
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw error
    }
    if (attempt === attempts) throw unstable(displayPath)
    await sleep(pauseMilliseconds, undefined, { signal: reading.signal })
  }
}

/** Undefined when the file changed on the way. */
async function readOnce(path: Buffer, { hashPool, ingest, method }: FileReading): Promise<ReadFile | undefined> {
  const { digest, before, after } = await hashPool.sha256File(path)
  if (!isSame(before, after)) return undefined
  const id = parseObjectId(digest)
  if (ingest.has(id)) return { id, state: after }
  const taken = await ingest.take(path, method)
  const state = await stateBehind(path, taken, digest, after, hashPool)
  if (state !== undefined) {
    ingest.stage(id, Number(after.size), taken)
    return { id, state }
  }
  await rm(taken, { force: true })
  return undefined
}

/** The state of the file now, if what was taken of it is what was hashed. */
async function stateBehind(
  path: Buffer,
  taken: string,
  digest: string,
  state: FileState,
  hashPool: HashPool,
): Promise<FileState | undefined> {
  const { size, mtimeNs, ctimeNs, ino } = await lstat(path, { bigint: true })
  // A hard link changes the ctime of its inode, and has the content anyway.
  const isExpected = ctimeNs === state.ctimeNs || (await isLink(taken, ino))
  const now = { size, mtimeNs, ctimeNs, inode: ino }
  if (!isExpected || !isSame(state, { ...now, ctimeNs: state.ctimeNs })) return undefined
  if (!isRacy(state)) return now
  return (await hashPool.sha256File(taken)).digest === digest ? now : undefined
}

async function isLink(taken: string, inode: bigint): Promise<boolean> {
  return (await lstat(taken, { bigint: true })).ino === inode
}

/** Whether a file was changed so recently that its times may not tell a further change. */
export function isRacy({ mtimeNs, ctimeNs }: FileState): boolean {
  const now = BigInt(Date.now()) * 1_000_000n
  return now - mtimeNs < racyNanoseconds || now - ctimeNs < racyNanoseconds
}

/** Whether a file is as it was. */
export function isSame(a: FileState, b: FileState): boolean {
  return a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs && a.inode === b.inode
}

export function unstable(displayPath: string): RepocastError {
  return new RepocastError('REPOCAST_TREE_UNSTABLE', {
    message: `${displayPath} changes or vanishes while it is read`,
    hint: 'publish when nothing writes to the tree, for example as the last step of what makes it',
  })
}
