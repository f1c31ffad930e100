import { RepocastError } from '@repocast/errors'
import type { ObjectId } from './id.ts'
import { compareNames, joinPath, whyUnsafeLink } from './name.ts'
import type { Tree, TreeEntry, TreeReader } from './tree.ts'

/** An entry with its repository path. */
export interface WalkedEntry {
  readonly path: string
  readonly entry: TreeEntry
}

/** Deepest directory that is walked: a path of Linux cannot be deeper. */
const maxDepth = 2048

/**
 * All entries of the directory whose tree object is `id`, segments expanded, in byte order of names.
 * @throws RepocastError REPOCAST_TREE_MALFORMED, and what `read` throws
 */
export async function* listTree(read: TreeReader, id: ObjectId): AsyncGenerator<TreeEntry> {
  for await (const entries of listRuns(read, id)) yield* entries
}

/**
 * As `listTree`, in runs as long as the tree objects have them: for those who look at many entries.
 * @throws RepocastError REPOCAST_TREE_MALFORMED, and what `read` throws
 */
export async function* listRuns(read: TreeReader, id: ObjectId): AsyncGenerator<readonly TreeEntry[]> {
  const tree = await read(id)
  if (tree.entries) {
    yield tree.entries
    return
  }
  let last: string | undefined
  for (const segment of tree.segments) {
    const entries = segmentEntries(await read(segment.id))
    last = assertBehind(last, entries)
    yield entries
  }
}

/** The entries of a segment: segments do not nest. */
export function segmentEntries(tree: Tree): readonly TreeEntry[] {
  if (tree.entries) return tree.entries
  throw new RepocastError('REPOCAST_TREE_MALFORMED', { message: 'a segment of a tree holds segments' })
}

function assertBehind(last: string | undefined, entries: readonly TreeEntry[]): string | undefined {
  const first = entries[0]
  if (first && last !== undefined && compareNames(last, first.name) >= 0) {
    throw new RepocastError('REPOCAST_TREE_MALFORMED', {
      message: 'the segments of a tree are not in the order of names',
    })
  }
  return entries.at(-1)?.name ?? last
}

/**
 * Everything below the directory `id`, each directory before its content.
 * @throws RepocastError REPOCAST_TREE_MALFORMED, REPOCAST_LINK_ESCAPES, and what `read` throws
 */
export async function* walkTree(read: TreeReader, id: ObjectId, path = ''): AsyncGenerator<WalkedEntry> {
  const stack = [{ path, entries: listTree(read, id) }]
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const next = await top.entries.next()
    if (next.done) {
      stack.pop()
      continue
    }
    const entry = next.value
    const walked = { path: joinPath(top.path, entry.name), entry }
    if (entry.type === 'l') assertSafeLink(top.path, walked.path, entry.target)
    yield walked
    if (entry.type !== 'd') continue
    if (stack.length >= maxDepth) throw tooDeep(walked.path)
    stack.push({ path: walked.path, entries: listTree(read, entry.id) })
  }
}

/** @throws RepocastError REPOCAST_LINK_ESCAPES */
export function assertSafeLink(directoryPath: string, path: string, target: string): void {
  const why = whyUnsafeLink(directoryPath, target)
  if (why === undefined) return
  throw new RepocastError('REPOCAST_LINK_ESCAPES', {
    message: `the symbolic link ${JSON.stringify(path)} -> ${JSON.stringify(target)} is refused: ${why}`,
    hint: 'make it a relative link to something inside of the tree',
  })
}

/** Every tree object that the directory `id` consists of, itself included, each named once per place. */
export async function* walkTreeObjects(
  read: TreeReader,
  root: { readonly id: ObjectId; readonly size: number },
): AsyncGenerator<{ readonly id: ObjectId; readonly size: number }> {
  const open = [root]
  for (let next = open.pop(); next; next = open.pop()) {
    yield next
    const tree = await read(next.id)
    for (const item of tree.entries ?? tree.segments) if (item.type === 'd' || item.type === 's') open.push(item)
  }
}

function tooDeep(path: string): RepocastError {
  return new RepocastError('REPOCAST_TREE_MALFORMED', {
    message: `directories are nested deeper than ${maxDepth} at ${JSON.stringify(path.slice(0, 200))}`,
  })
}
