import type { SnapshotRecord, TreeEntry } from '@repocast/objects'
import type { LeftOutReason } from '@repocast/repositories'
import type { FileCount } from './left-out-file.ts'

/** What a tally is made of again. */
export interface TallyState {
  readonly counts: SnapshotRecord['counts']
  readonly bytes: number
  readonly leftOut: readonly (readonly [LeftOutReason, FileCount])[]
  readonly links: readonly string[]
}

/** Counts what a filter takes of a tree, and what it leaves out. */
export class FilteredTally {
  readonly #counts = { files: 0, links: 0, directories: 0 }
  #bytes = 0
  readonly #leftOut = new Map<LeftOutReason, { files: number; bytes: number }>()
  readonly #links: Set<string>

  constructor({ counts, bytes = 0, leftOut = [], links }: Partial<TallyState> = {}) {
    Object.assign(this.#counts, counts)
    this.#bytes = bytes
    for (const [reason, { files, bytes: leftBytes }] of leftOut) this.#leftOut.set(reason, { files, bytes: leftBytes })
    this.#links = new Set(links)
  }

  get counts(): SnapshotRecord['counts'] {
    return this.#counts
  }

  /** Of the files that are in. */
  get bytes(): number {
    return this.#bytes
  }

  get leftOut(): ReadonlyMap<LeftOutReason, FileCount> {
    return this.#leftOut
  }

  /** Paths of the symbolic links that are in. */
  get links(): ReadonlySet<string> {
    return this.#links
  }

  get state(): TallyState {
    return { counts: this.#counts, bytes: this.#bytes, leftOut: [...this.#leftOut], links: [...this.#links] }
  }

  /** @param reason why it is left out; undefined: it is in */
  add(path: string, entry: TreeEntry, reason: LeftOutReason | undefined): void {
    this.#change(entry, reason, 1)
    if (reason === undefined && entry.type === 'l') this.#links.add(path)
  }

  /** Takes back what `add` was told. */
  remove(path: string, entry: TreeEntry, reason: LeftOutReason | undefined): void {
    this.#change(entry, reason, -1)
    if (entry.type === 'l') this.#links.delete(path)
  }

  #change(entry: TreeEntry, reason: LeftOutReason | undefined, by: 1 | -1): void {
    const bytes = entry.type === 'f' ? by * entry.size : 0
    if (reason !== undefined) {
      this.#leaveOut(reason, by, bytes)
      return
    }
    this.#bytes += bytes
    if (entry.type === 'd') this.#counts.directories += by
    else if (entry.type === 'l') this.#counts.links += by
    else this.#counts.files += by
  }

  #leaveOut(reason: LeftOutReason, files: number, bytes: number): void {
    const count = this.#leftOut.get(reason) ?? { files: 0, bytes: 0 }
    count.files += files
    count.bytes += bytes
    if (count.files === 0) this.#leftOut.delete(reason)
    else this.#leftOut.set(reason, count)
  }
}
