import { RepocastError } from '@repocast/errors'
import type { ObjectId } from './id.ts'
import type { Tree, TreeEntry, TreeReader } from './tree.ts'
import { buildTree } from './tree-builder.ts'
import { decodeTree } from './tree-codec.ts'

/** Tree objects in memory, for tests of whoever reads trees. */
export class MemoryTrees {
  readonly #objects = new Map<ObjectId, Buffer>()
  /** How many tree objects were read. */
  reads = 0
  /** Bytes of all different tree objects. */
  bytes = 0

  /** The id of the directory with these entries, which are in byte order of names. */
  add(entries: Iterable<TreeEntry>): ObjectId {
    const { id, trees } = buildTree(entries)
    for (const tree of trees) {
      if (!this.#objects.has(tree.id)) this.bytes += tree.bytes.length
      this.#objects.set(tree.id, tree.bytes)
    }
    return id
  }

  /** Bytes of the tree object `id`. */
  size(id: ObjectId): number {
    return this.#objects.get(id)?.length ?? 0
  }

  readonly read: TreeReader = async id => this.readNow(id)

  /** As `read`, but at once. */
  readNow(id: ObjectId): Tree {
    this.reads += 1
    const bytes = this.#objects.get(id)
    if (bytes) return decodeTree(bytes)
    throw new RepocastError('REPOCAST_TREE_MALFORMED', { message: `the tree object ${id} is not there` })
  }
}
