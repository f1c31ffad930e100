import type { TreeReader } from '../check/tree-reader.ts'
import { isMetadata, isRoot, KindDetector } from '../kind/detect.ts'
import { Collisions } from './collisions.ts'

/** What one walk through a tree tells. */
export interface Survey {
  /** The kinds that it has metadata of. */
  readonly kinds: readonly ('deb' | 'yum')[]
  readonly files: number
  /** Files that are not metadata. */
  readonly packageFiles: number
  /** Paths of all files like repomd.xml and Release. */
  readonly roots: readonly string[]
  /** Paths of entries whose names differ from that of another only by case. */
  readonly collisions: readonly string[]
}

/** Walks through a tree. @throws what the tree throws, and the reason of the signal */
export function survey(tree: TreeReader, signal?: AbortSignal): Survey {
  const detector = new KindDetector()
  const collisions = new Collisions(tree)
  const roots: string[] = []
  let [files, packageFiles] = [0, 0]
  for (const { path, type } of tree.walk('')) {
    signal?.throwIfAborted()
    collisions.see(path)
    if (type === 'd') continue
    detector.see(path)
    if (isRoot(path)) roots.push(path)
    if (type !== 'f') continue
    files += 1
    if (!isMetadata(path)) packageFiles += 1
  }
  return { kinds: detector.kinds, files, packageFiles, roots, collisions: collisions.paths }
}
