import { compareNames, type RepositoryKind } from '@repocast/objects'
import type { TreeReader, WalkedNode } from './tree-reader.ts'

/** A file whose bytes are others than in the last snapshot. Attributes do not count, nor do links. */
export interface FileChange {
  readonly path: string
  readonly what: 'added' | 'removed' | 'changed'
}

/** The snapshot that was published last, for rules about what an update may change. */
export interface LastSnapshot {
  readonly kind: RepositoryKind
  readonly tree: TreeReader
  /** How the checked tree differs from it. What that costs grows with the difference where the tree allows it. */
  changes(signal?: AbortSignal): AsyncIterable<FileChange>
}

/** How two trees of any sort differ, by walking both: for trees that have nothing better. */
export async function* compareTrees(
  before: TreeReader,
  after: TreeReader,
  signal?: AbortSignal,
): AsyncGenerator<FileChange> {
  for (const [old, now] of pair(before.walk('')[Symbol.iterator](), after.walk('')[Symbol.iterator]())) {
    signal?.throwIfAborted()
    const [was, is] = [old?.type === 'f', now?.type === 'f']
    const path = (now ?? old)?.path ?? ''
    if (was && is) {
      if (!(await isSameFile(before, after, path, signal))) yield { path, what: 'changed' }
    } else if (was) yield { path, what: 'removed' }
    else if (is) yield { path, what: 'added' }
  }
}

/** Whether there is a file at `path` in both trees, and its bytes are the same. */
export async function isSameFile(
  before: TreeReader,
  after: TreeReader,
  path: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const [was, is] = [before.find(path), after.find(path)]
  if (was?.type !== 'f' || is?.type !== 'f' || was.sizeBytes !== is.sizeBytes) return false
  return (await before.digest(path, 'sha256', signal)) === (await after.digest(path, 'sha256', signal))
}

type Walk = Iterator<WalkedNode>

/** Joins two walks by path. */
function* pair(before: Walk, after: Walk): Generator<[WalkedNode | undefined, WalkedNode | undefined]> {
  let [a, b] = [before.next(), after.next()]
  while (!a.done || !b.done) {
    const order = a.done ? 1 : b.done ? -1 : comparePaths(a.value.path, b.value.path)
    yield [order <= 0 && !a.done ? a.value : undefined, order >= 0 && !b.done ? b.value : undefined]
    if (order <= 0) a = before.next()
    if (order >= 0) b = after.next()
  }
}

/** The order of a walk: names by their bytes, a directory before what is in it. */
function comparePaths(a: string, b: string): number {
  if (a === b) return 0
  const [as, bs] = [a.split('/'), b.split('/')]
  for (const [k, name] of as.entries()) {
    const other = bs[k]
    if (other === undefined) return 1
    const order = compareNames(name, other)
    if (order !== 0) return order
  }
  return -1
}
