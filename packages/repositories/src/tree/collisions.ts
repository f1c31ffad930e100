import { fingerprint } from '../check/fingerprint.ts'
import type { TreeReader } from '../check/tree-reader.ts'

/** Collisions that are told one by one. A tree has none, or two directories full of them. */
const maxCollisions = 1000

/** Finds names in one directory that differ only by case. Most names are in lower case, and cost nothing. */
export class Collisions {
  readonly #tree: TreeReader
  /** Fingerprints of the paths with names in lower case, of those that were not. */
  readonly #lowered = new Set<number>()
  readonly #paths: string[] = []

  constructor(tree: TreeReader) {
    this.#tree = tree
  }

  /** Paths of which another name is there, in the order in which they were met. */
  get paths(): readonly string[] {
    return this.#paths
  }

  /** Takes the path of an entry in. */
  see(path: string): void {
    const name = path.slice(path.lastIndexOf('/') + 1)
    const lower = name.toLowerCase()
    if (lower === name) return
    const other = path.slice(0, path.length - name.length) + lower
    const key = fingerprint(other)
    const isTaken = this.#lowered.has(key) || this.#tree.find(other) !== undefined
    this.#lowered.add(key)
    if (isTaken && this.#paths.length < maxCollisions) this.#paths.push(path)
  }
}
