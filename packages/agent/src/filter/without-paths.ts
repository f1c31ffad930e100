import {
  type BuiltTree,
  editListing,
  emptyTreeId,
  findEntry,
  isDirectory,
  joinPath,
  type TreeEntry,
  type TreeReader,
} from '@repocast/objects'
import type { DirectoryTree } from './filter-tree.ts'

export interface WithoutPathsOptions {
  readonly read: TreeReader
  /** Takes the trees that were made. */
  readonly put: (made: readonly BuiltTree[]) => Promise<void>
  /** Told of each entry that goes: of those at `paths`, and of directories that hold nothing more. */
  readonly onRemove: (path: string, entry: TreeEntry) => void
}

/** Makes a tree without what is at some paths, which are no directories. @throws what `read` and `put` throw */
export async function withoutPaths(
  tree: DirectoryTree,
  paths: readonly string[],
  options: WithoutPathsOptions,
  directory = '',
): Promise<DirectoryTree> {
  const { read, put, onRemove } = options
  const edits = new Map<string, TreeEntry | undefined>()
  for (const [name, below] of byFirstName(paths)) {
    const entry = await findEntry(read, tree.id, [name])
    if (entry === undefined) continue
    const path = joinPath(directory, name)
    const made = isDirectory(entry) && (await withoutPaths(entry, below, options, path))
    const isLeft = made && made.id !== emptyTreeId
    if (!isLeft) onRemove(path, entry)
    edits.set(name, isLeft ? { ...entry, ...made } : undefined)
  }
  const trees: BuiltTree[] = []
  const { id, size } = await editListing(read, tree.id, edits, made => trees.push(made))
  await put(trees)
  return { id, size }
}

/** Paths by their first name, as what is behind it; nothing where that is all. */
function byFirstName(paths: readonly string[]): ReadonlyMap<string, string[]> {
  const names = new Map<string, string[]>()
  for (const path of paths) {
    const end = path.indexOf('/')
    const name = end < 0 ? path : path.slice(0, end)
    const below = names.get(name) ?? []
    names.set(name, below)
    if (end >= 0) below.push(path.slice(end + 1))
  }
  return names
}
