import { RepocastError } from '@repocast/errors'
import { type ObjectId, objectIdOf } from './id.ts'
import { assertSafeName, compareNames } from './name.ts'
import type { Segment, TreeEntry } from './tree.ts'
import { encodeTreeLine, encodeTreeLines, nameHash } from './tree-codec.ts'

/** A tree object that was just made. */
export interface BuiltTree {
  readonly id: ObjectId
  readonly bytes: Buffer
}

/** Directories up to this many entries are one listing. */
export const wholeUpTo = 256
/** A segment ends behind a name whose hash says so (one in 128), but not before 32 nor after 1,024 entries. */
const segmentMask = 127
const segmentAtLeast = 32
const segmentAtMost = 1024

/**
 * Makes the tree objects of one directory from its entries, given one by one in byte order of their names.
 * Where a long listing is cut into segments depends on the names near the cut only, so that adding a file
 * changes one segment.
 */
export class TreeBuilder {
  readonly #emit: (tree: BuiltTree) => void
  #pending: TreeEntry[] = []
  readonly #segments: Segment[] = []
  #last: string | undefined

  /** `emit` gets each segment as soon as it is complete, and the listing itself at the end. */
  constructor(emit: (tree: BuiltTree) => void) {
    this.#emit = emit
  }

  /** @throws RepocastError REPOCAST_NAME_UNSAFE, REPOCAST_TREE_MALFORMED when entries are out of order */
  add(entry: TreeEntry): void {
    assertSafeName(entry.name, 'a directory listing')
    if (this.#last !== undefined && compareNames(this.#last, entry.name) >= 0) {
      throw new RepocastError('REPOCAST_TREE_MALFORMED', {
        message: `entries of a directory are out of order: ${JSON.stringify(entry.name)} behind ${JSON.stringify(this.#last)}`,
      })
    }
    this.#last = entry.name
    this.#pending.push(entry)
    if (this.#segments.length > 0 ? this.#pending.length >= segmentAtMost : this.#pending.length > wholeUpTo) this.cut()
  }

  /**
   * Takes a segment of another listing as it is. Only where a segment begins, and in a directory that is known to be
   * long.
   */
  addSegment(segment: Segment): void {
    this.#segments.push(segment)
    this.#last = undefined
  }

  /**
   * Ends all segments whose ends are decided, in a directory that is known to be long.
   * @returns whether a segment begins with what is added next
   */
  cut(): boolean {
    for (let end = firstCut(this.#pending); end !== undefined; end = firstCut(this.#pending)) this.#closeSegment(end)
    return this.#pending.length === 0
  }

  /** The listing; for a long directory it names the segments. */
  finish(): { readonly id: ObjectId; readonly size: number } {
    if (this.#segments.length > 0) {
      while (this.#pending.length > 0) this.#closeSegment(firstCut(this.#pending) ?? this.#pending.length)
    }
    const tree = this.#build((this.#segments.length > 0 ? this.#segments : this.#pending).map(encodeTreeLine))
    return { id: tree.id, size: tree.bytes.length }
  }

  /** Of the listing that is finished; empty where it is one object. */
  get segments(): readonly Segment[] {
    return this.#segments
  }

  #closeSegment(end: number): void {
    const tree = this.#build(this.#pending.splice(0, end).map(encodeTreeLine))
    this.#segments.push({ type: 's', id: tree.id, size: tree.bytes.length })
  }

  #build(lines: readonly string[]): BuiltTree {
    const bytes = encodeTreeLines(lines)
    const tree = { id: objectIdOf(bytes), bytes }
    this.#emit(tree)
    return tree
  }
}

/** How many of `entries` the first segment takes, undefined while that is not decided. */
function firstCut(entries: readonly TreeEntry[]): number | undefined {
  const end = Math.min(entries.length, segmentAtMost)
  for (let k = segmentAtLeast - 1; k < end; k += 1) {
    const entry = entries[k]
    if (entry && (nameHash(entry.name) & segmentMask) === 0) return k + 1
  }
  return entries.length >= segmentAtMost ? segmentAtMost : undefined
}

/** The tree objects of a directory whose entries are given in order; the listing comes last. */
export function buildTree(entries: Iterable<TreeEntry>): { readonly id: ObjectId; readonly trees: BuiltTree[] } {
  const trees: BuiltTree[] = []
  const builder = new TreeBuilder(tree => trees.push(tree))
  for (const entry of entries) builder.add(entry)
  return { id: builder.finish().id, trees }
}
