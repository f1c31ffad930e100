import type { Finding } from '../check/finding.ts'
import { isSameFile, type LastSnapshot } from '../check/last-snapshot.ts'
import type { TreeReader } from '../check/tree-reader.ts'
import type { TreeCode } from './rules.ts'

/** Findings about files that metadata names, and that are not as it says. */
const broken =
  /^YUM_(METADATA|PACKAGE)_(MISSING|SIZE|CHECKSUM)$|^DEB_(INDEX|PACKAGE|SOURCE_FILE)_(MISSING|SIZE|CHECKSUM)$/

/** Files that are looked at: what is true for so many is true for the others. */
const maxLeaves = 500

interface Root {
  count: number
  readonly first: string
}

/**
 * Tells why files are not what metadata says, by what changed since the last snapshot: the metadata came before the
 * files, or the files changed or went without it.
 */
export class Direction {
  readonly #tree: TreeReader
  readonly #last: LastSnapshot
  readonly #leaves: string[] = []

  constructor(tree: TreeReader, last: LastSnapshot) {
    this.#tree = tree
    this.#last = last
  }

  /** Takes any finding in. */
  see({ code, path }: Finding): void {
    if (this.#leaves.length < maxLeaves && broken.test(code)) this.#leaves.push(path)
  }

  /** `roots` are the paths of all files like repomd.xml and Release. */
  async end(
    roots: readonly string[],
    report: (code: TreeCode, path: string, message: string) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const { tree: before } = this.#last
    const isSame = async (path: string): Promise<boolean> => await isSameFile(before, this.#tree, path, signal)
    const changed = new Set<string>()
    for (const root of this.#leaves.length > 0 ? roots : []) if (!(await isSame(root))) changed.add(root)
    const ahead = new Map<string, Root>()
    const behind = new Map<string, Root>()
    for (const leaf of this.#leaves) {
      const own = rootsOf(leaf, roots)
      const newer = own.find(root => changed.has(root))
      const isThere = this.#tree.find(leaf)?.type === 'f'
      const wasThere = before.find(leaf)?.type === 'f'
      const isLeafSame = isThere && wasThere ? await isSame(leaf) : isThere === wasThere
      if (newer !== undefined && isLeafSame) add(ahead, newer, leaf)
      else if (newer === undefined && !isLeafSame && own[0] !== undefined) add(behind, own[0], leaf)
    }
    for (const [root, { count, first }] of ahead)
      report(
        'TREE_ROOT_AHEAD',
        root,
        `it changed, and ${count} files that it leads to did not come with it, such as ${first}`,
      )
    for (const [root, { count, first }] of behind)
      report(
        'TREE_ROOT_BEHIND',
        root,
        `it is as it was, and ${count} files that it leads to changed or went, such as ${first}`,
      )
  }
}

function add(map: Map<string, Root>, root: string, leaf: string): void {
  const known = map.get(root)
  if (known) known.count += 1
  else map.set(root, { count: 1, first: JSON.stringify(leaf) })
}

/** The roots that may lead to `leaf`: those of the innermost repository around it. */
function rootsOf(leaf: string, roots: readonly string[]): string[] {
  let longest = -1
  let found: string[] = []
  for (const root of roots) {
    const base = baseOf(root, leaf)
    if (base !== '' && !leaf.startsWith(`${base}/`)) continue
    if (base.length > longest) {
      longest = base.length
      found = []
    }
    if (base.length === longest) found.push(root)
  }
  return found
}

/** The directory below which `root` names files: a suite has its own indices, and shares the pool with others. */
function baseOf(root: string, leaf: string): string {
  const directory = root.slice(0, Math.max(0, root.lastIndexOf('/')))
  if (root.endsWith('repomd.xml')) return directory.replace(/(^|\/)repodata$/, '')
  if (leaf.startsWith(`${directory}/`)) return directory
  return directory.replace(/(^|\/)dists\/.*$/, '')
}
