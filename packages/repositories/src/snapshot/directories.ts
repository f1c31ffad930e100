import { compareNames, type ObjectId, type Segment, segmentEntries, type Tree, type TreeEntry } from '@repocast/objects'

type Entries = ReadonlyMap<string, TreeEntry>

interface Segmented {
  readonly segments: readonly Segment[]
  /** The first name of each segment that was looked at. */
  readonly firstNames: string[]
}

/** Entries that are kept in memory, at most: some 15 MB. */
const keptEntries = 50_000

/** The directories of a snapshot, of which those that were asked for last stay in memory. */
export class Directories {
  readonly #read: (id: ObjectId) => Tree
  readonly #kept = new Map<ObjectId, Entries | Segmented>()
  #size = 0

  constructor(read: (id: ObjectId) => Tree) {
    this.#read = read
  }

  /** The entry `name` of the directory `id`. @throws RepocastError REPOCAST_TREE_MALFORMED, and what reading throws */
  find(id: ObjectId, name: string): TreeEntry | undefined {
    const directory = this.#open(id)
    if (!isSegmented(directory)) return directory.get(name)
    const segment = this.#segmentFor(directory, name)
    return segment && this.#openSegment(segment).get(name)
  }

  /** All entries of the directory `id` in byte order of names. @throws as `find` */
  *list(id: ObjectId): Generator<TreeEntry> {
    const directory = this.#open(id)
    if (!isSegmented(directory)) yield* directory.values()
    else for (const segment of directory.segments) yield* this.#openSegment(segment).values()
  }

  /** The last segment that does not begin behind `name`. */
  #segmentFor(directory: Segmented, name: string): Segment | undefined {
    let [from, to] = [0, directory.segments.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if (compareNames(this.#firstName(directory, middle), name) <= 0) from = middle + 1
      else to = middle
    }
    return directory.segments[from - 1]
  }

  #firstName({ segments, firstNames }: Segmented, at: number): string {
    const known = firstNames[at]
    if (known !== undefined) return known
    const segment = segments[at]
    const [first = ''] = segment ? this.#openSegment(segment).keys() : []
    firstNames[at] = first
    return first
  }

  #openSegment({ id }: Segment): Entries {
    const opened = this.#open(id)
    // Segments do not nest: this says so as whoever else reads trees.
    return isSegmented(opened) ? namesOf(segmentEntries({ segments: opened.segments })) : opened
  }

  #open(id: ObjectId): Entries | Segmented {
    const kept = this.#kept.get(id)
    if (kept) {
      this.#kept.delete(id)
      this.#kept.set(id, kept)
      return kept
    }
    const { entries, segments } = this.#read(id)
    const opened = segments ? { segments, firstNames: [] } : namesOf(entries)
    this.#kept.set(id, opened)
    this.#size += sizeOf(opened)
    this.#forget()
    return opened
  }

  #forget(): void {
    for (const [id, oldest] of this.#kept) {
      if (this.#size <= keptEntries || this.#kept.size === 1) break
      this.#kept.delete(id)
      this.#size -= sizeOf(oldest)
    }
  }
}

function isSegmented(directory: Entries | Segmented): directory is Segmented {
  return 'segments' in directory
}

function namesOf(entries: readonly TreeEntry[]): Entries {
  return new Map(entries.map(entry => [entry.name, entry]))
}

/** Never 0, so that empty directories do not stay for ever. */
function sizeOf(directory: Entries | Segmented): number {
  return 1 + (isSegmented(directory) ? directory.segments.length : directory.size)
}
