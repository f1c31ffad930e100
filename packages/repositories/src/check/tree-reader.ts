import type { Algorithm } from '../metadata/digests.ts'

/** What is at a path. */
export interface TreeNode {
  readonly type: 'f' | 'd'
  /** Bytes of a file; 0 for a directory. */
  readonly sizeBytes: number
}

/** What a walk meets. */
export interface WalkedNode {
  readonly path: string
  readonly type: 'f' | 'l' | 'd'
}

/**
 * How rules look at a tree, whether it lies on the disk, in the store or in memory. Paths are repository paths
 * (`decodeName`), `''` is the top. Links are followed, but never out of the tree.
 */
export interface TreeReader {
  /** What is at `path`; undefined when nothing is, when a link leads nowhere, around in a ring, or out of the tree. */
  find(path: string): TreeNode | undefined
  /** All entries below `directory`, each directory before what is in it, in byte order of names; links not followed. */
  walk(directory: string): Iterable<WalkedNode>
  /** The bytes of a file. Throws when they cannot be read, which ends the check. */
  read(path: string, signal?: AbortSignal): AsyncIterable<Uint8Array>
  /** Digest of a file in lower-case hexadecimal. One that is known from the scan costs nothing; the same is never computed twice. */
  digest(path: string, algorithm: Algorithm, signal?: AbortSignal): Promise<string>
}
