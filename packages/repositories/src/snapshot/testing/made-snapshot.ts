import { compareNames, type ObjectId, objectIdOf, type TreeEntry } from '@repocast/objects'
import { MemoryTrees } from '@repocast/objects/testing'
import type { MemoryLink } from '../../check/memory-tree.ts'
import type { SnapshotObjects } from '../snapshot-tree.ts'

export type MadeFiles = ReadonlyMap<string, Uint8Array | MemoryLink>

/** Objects in memory of snapshots that are made of contents and links by path. */
export class MadeSnapshots implements SnapshotObjects {
  readonly trees = new MemoryTrees()
  readonly #blobs = new Map<ObjectId, Uint8Array>()
  /** Ids of blobs in the order in which they were read. */
  readonly reads: ObjectId[] = []

  /** The root tree of a snapshot with these files. */
  add(files: MadeFiles): ObjectId {
    const entries = new Map<string, TreeEntry>()
    const below = new Map<string, Map<string, Uint8Array | MemoryLink>>()
    for (const [path, content] of files) {
      const [name = '', ...rest] = path.split('/')
      if (rest.length > 0) below.set(name, (below.get(name) ?? new Map()).set(rest.join('/'), content))
      else entries.set(name, this.#leaf(name, content))
    }
    for (const [name, inside] of below) {
      const id = this.add(inside)
      entries.set(name, { type: 'd', name, mode: 0o755, mtime: 0, id, size: this.trees.size(id) })
    }
    return this.trees.add([...entries.values()].sort((a, b) => compareNames(a.name, b.name)))
  }

  #leaf(name: string, content: Uint8Array | MemoryLink): TreeEntry {
    if (!(content instanceof Uint8Array)) return { type: 'l', name, mtime: 0, target: content.target }
    const id = objectIdOf(content)
    this.#blobs.set(id, content)
    return { type: 'f', name, mode: 0o644, mtime: 0, id, size: content.length }
  }

  readTreeNow(id: ObjectId): ReturnType<MemoryTrees['readNow']> {
    return this.trees.readNow(id)
  }

  async *read(id: ObjectId): AsyncGenerator<Uint8Array> {
    this.reads.push(id)
    const bytes = this.#blobs.get(id)
    if (bytes === undefined) throw new Error(`no blob ${id}`)
    // in two parts, as files come
    yield bytes.subarray(0, bytes.length >> 1)
    yield bytes.subarray(bytes.length >> 1)
  }
}
