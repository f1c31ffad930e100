import type { Manifest } from './manifest.ts'

/** What was ever published under the name of a repository, or was about to be, in this order. */
export class Published {
  readonly #snapshots: Manifest[] = []
  readonly #numbers = new Map<string, number>()

  /** To be told before the publish, since mirrors may be quick. */
  add(snapshot: Manifest): void {
    this.#numbers.set(snapshot.fingerprint, this.#snapshots.length)
    this.#snapshots.push(snapshot)
  }

  get newest(): Manifest | undefined {
    return this.#snapshots.at(-1)
  }

  /** The number of the snapshot that a tree is exactly, counted from 0. */
  numberOf({ fingerprint }: Manifest): number | undefined {
    return this.#numbers.get(fingerprint)
  }

  get all(): readonly Manifest[] {
    return this.#snapshots
  }
}
