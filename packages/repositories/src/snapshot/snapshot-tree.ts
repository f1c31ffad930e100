import { createHash } from 'node:crypto'
import { RepocastError } from '@repocast/errors'
import {
  type DirectoryEntry,
  displayName,
  type FileEntry,
  joinPath,
  type ObjectId,
  type Tree,
  type TreeEntry,
} from '@repocast/objects'
import type { TreeNode, TreeReader, WalkedNode } from '../check/tree-reader.ts'
import type { Algorithm } from '../metadata/digests.ts'
import { DigestsOfRun, type KnownDigests } from './digests.ts'
import { Directories } from './directories.ts'

/** Where the objects of a snapshot are; the `objects` of a store. */
export interface SnapshotObjects {
  readTreeNow(id: ObjectId): Tree
  read(id: ObjectId): AsyncIterable<Uint8Array>
  /** Digest of a blob in lower-case hexadecimal; where there is none, the blob is read and it is computed here. */
  digest?(blob: FileEntry, algorithm: Algorithm): Promise<string | undefined>
}

/** As Linux does (path_resolution(7)). */
const mostLinks = 40

/**
 * A snapshot as rules look at it. Its tree objects are read when they are asked for and few stay in memory.
 * What is missing or rotten in the store is thrown: REPOCAST_OBJECT_MISSING, REPOCAST_OBJECT_ROTTEN.
 */
export class SnapshotTree implements TreeReader {
  readonly #objects: SnapshotObjects
  readonly #root: ObjectId
  readonly #directories: Directories
  readonly #digests: KnownDigests
  readonly #computing = new Map<string, Promise<string>>()

  constructor(objects: SnapshotObjects, root: ObjectId, digests: KnownDigests = new DigestsOfRun()) {
    this.#objects = objects
    this.#root = root
    this.#digests = digests
    this.#directories = new Directories(id => objects.readTreeNow(id))
  }

  find(path: string): TreeNode | undefined {
    const found = this.#resolve(path)
    if (found === undefined) return undefined
    return found === 'top' || found.type === 'd' ? { type: 'd', sizeBytes: 0 } : { type: 'f', sizeBytes: found.size }
  }

  *walk(directory: string): Iterable<WalkedNode> {
    let id = this.#root
    for (const name of partsOf(directory)) {
      const entry = this.#directories.find(id, name)
      if (entry?.type !== 'd') return
      id = entry.id
    }
    yield* this.#walk(directory, id)
  }

  *#walk(directory: string, id: ObjectId): Generator<WalkedNode> {
    for (const entry of this.#directories.list(id)) {
      const path = joinPath(directory, entry.name)
      yield { path, type: entry.type }
      if (entry.type === 'd') yield* this.#walk(path, entry.id)
    }
  }

  /** @throws RepocastError REPOCAST_OBJECT_MISSING also when there is no file at `path`; the reason of `signal` */
  async *read(path: string, signal?: AbortSignal): AsyncIterable<Uint8Array> {
    for await (const chunk of this.#objects.read(this.#file(path).id)) {
      signal?.throwIfAborted()
      yield chunk
    }
  }

  async digest(path: string, algorithm: Algorithm, signal?: AbortSignal): Promise<string> {
    const file = this.#file(path)
    const { id } = file
    if (algorithm === 'sha256') return id
    const known = this.#digests.get(id, algorithm)
    if (known !== undefined) return known
    const name = `${algorithm} ${id}`
    const computing = this.#computing.get(name) ?? this.#digest(file, algorithm, signal)
    this.#computing.set(name, computing)
    try {
      return await computing
    } finally {
      this.#computing.delete(name)
    }
  }

  async #digest(file: FileEntry, algorithm: Algorithm, signal: AbortSignal | undefined): Promise<string> {
    signal?.throwIfAborted()
    const digest = (await this.#objects.digest?.(file, algorithm)) ?? (await this.#compute(file.id, algorithm, signal))
    this.#digests.add(file.id, algorithm, digest)
    return digest
  }

  async #compute(id: ObjectId, algorithm: Algorithm, signal: AbortSignal | undefined): Promise<string> {
    const hash = createHash(algorithm)
    for await (const chunk of this.#objects.read(id)) {
      signal?.throwIfAborted()
      hash.update(chunk)
    }
    return hash.digest('hex')
  }

  /** The file at `path`, all links followed. */
  file(path: string): FileEntry | undefined {
    const found = this.#resolve(path)
    return found !== undefined && found !== 'top' && found.type === 'f' ? found : undefined
  }

  #file(path: string): FileEntry {
    const found = this.file(path)
    if (found) return found
    throw new RepocastError('REPOCAST_OBJECT_MISSING', {
      message: `the snapshot has no file ${displayName(path)}`,
    })
  }

  /** What lies at `path` when all links are followed. */
  #resolve(path: string): FileEntry | DirectoryEntry | 'top' | undefined {
    const above: DirectoryEntry[] = []
    const ahead = partsOf(path).reverse()
    let links = 0
    for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
      if (name === '' || name === '.') continue
      if (name === '..') {
        if (above.pop() === undefined) return undefined
        continue
      }
      const entry: TreeEntry | undefined = this.#directories.find(above.at(-1)?.id ?? this.#root, name)
      if (entry?.type === 'd') above.push(entry)
      else if (entry?.type === 'f') return ahead.every(rest => rest === '' || rest === '.') ? entry : undefined
      else if (entry?.type === 'l') {
        if (links === mostLinks || entry.target.startsWith('/')) return undefined
        links += 1
        ahead.push(...entry.target.split('/').reverse())
      } else return undefined
    }
    return above.at(-1) ?? 'top'
  }
}

function partsOf(path: string): string[] {
  return path === '' ? [] : path.split('/')
}
