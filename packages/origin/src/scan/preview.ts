import { createReadStream, readFileSync } from 'node:fs'
import { systemErrorCode } from '@repocast/errors'
import { explainDiskError, type FileState, type HashPool } from '@repocast/files'
import { decodeTree, displayName, type FileEntry, type ObjectId, type Tree } from '@repocast/objects'
import type { Algorithm } from '@repocast/repositories'
import { blobDigest } from '../check/blob-digest.ts'
import type { HashedFile, Intake } from './intake.ts'
import { unstable } from './read-file.ts'
import type { StagedObjects } from './staged-objects.ts'

/** Files up to this many bytes are read in one go. */
const readAtOnce = 64 * 1024

interface SeenFile {
  readonly path: Buffer
  readonly size: bigint
}

/**
 * What the store would hold if all that a scan finds were put into it: nothing is. New tree objects stay in memory, and
 * new files are read where they are.
 */
export class Preview implements Intake {
  readonly #objects: StagedObjects
  readonly #hashPool: HashPool
  readonly #trees = new Map<ObjectId, Buffer>()
  readonly #files = new Map<ObjectId, SeenFile>()
  /** There is nothing to commit. */
  readonly isFull = false

  constructor(objects: StagedObjects, hashPool: HashPool) {
    this.#objects = objects
    this.#hashPool = hashPool
  }

  has(id: ObjectId): boolean {
    return this.#trees.has(id) || this.#files.has(id) || this.#objects.has(id)
  }

  async addFile(path: Buffer, { id, state }: HashedFile): Promise<FileState> {
    this.#files.set(id, { path, size: state.size })
    return state
  }

  async addTree(id: ObjectId, bytes: Buffer): Promise<void> {
    this.#trees.set(id, bytes)
  }

  async commit(): Promise<void> {}

  /** @throws RepocastError REPOCAST_OBJECT_MISSING, REPOCAST_DISK_REFUSED */
  async digest(blob: FileEntry, algorithm: Algorithm): Promise<string | undefined> {
    const file = this.#files.get(blob.id)
    if (file) return await blobDigest(file.path, blob.size, algorithm, this.#hashPool)
    return await this.#objects.digest?.(blob, algorithm)
  }

  readonly readTree = async (id: ObjectId): Promise<Tree> => {
    const bytes = this.#trees.get(id)
    return bytes ? decodeTree(bytes) : await this.#objects.readTree(id)
  }

  readTreeNow(id: ObjectId): Tree {
    const bytes = this.#trees.get(id)
    return bytes ? decodeTree(bytes) : this.#objects.readTreeNow(id)
  }

  /** @throws RepocastError REPOCAST_TREE_UNSTABLE when the file is gone, and as `ObjectFiles.read` */
  async *read(id: ObjectId): AsyncGenerator<Uint8Array> {
    const tree = this.#trees.get(id)
    if (tree) yield tree
    const file = this.#files.get(id)
    if (file) yield* readFile(file)
    else if (!tree) yield* this.#objects.read(id)
  }
}

async function* readFile({ path, size }: SeenFile): AsyncGenerator<Uint8Array> {
  try {
    if (size <= readAtOnce) yield readFileSync(path)
    else yield* createReadStream(path, { highWaterMark: 1024 * 1024 })
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') throw unstable(displayName(path.toString()))
    throw explainDiskError(error, 'read', path)
  }
}
