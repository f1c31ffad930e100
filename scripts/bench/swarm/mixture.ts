import { realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** At most so many of the changed files are looked at, spread over all of them. */
const lookedAt = 16

/** What a tree was from a moment on, by the identity of some files. */
interface State {
  readonly since: number
  readonly identity: string
}

/**
 * Looks how long mirrors' trees are between two states, by the identity of some of the files that change: each state that is
 * neither the first nor the last mixes new and old. The path that is served is resolved once per look: who reads
 * through a link that is swapped sees one of the two trees.
 */
export class MixtureWatch {
  readonly #paths: readonly string[]
  readonly #copies: readonly string[]
  readonly #states: readonly State[][]

  /** To be made before the change. `changed` are paths in the tree; `now` gives seconds. */
  constructor(copies: readonly string[], changed: readonly string[], now: number) {
    const sorted = [...changed].sort()
    const count = Math.min(lookedAt, sorted.length)
    const step = (sorted.length - 1) / Math.max(1, count - 1)
    this.#paths = Array.from({ length: count }, (_, k) => sorted[Math.round(k * step)] ?? '')
    this.#copies = copies
    this.#states = copies.map(copy => [{ since: now, identity: this.#identityOf(copy) }])
  }

  look(now: number): void {
    for (const [k, copy] of this.#copies.entries()) {
      const identity = this.#identityOf(copy)
      if (identity !== this.#states[k]?.at(-1)?.identity) this.#states[k]?.push({ since: now, identity })
    }
  }

  /** Seconds with a mixed tree, of the mirror that had one the longest. To be asked when all have the new tree. */
  get worstSeconds(): number {
    return Math.max(...this.#states.map(mixedSeconds))
  }

  #identityOf(copy: string): string {
    try {
      const root = realpathSync(copy)
      return this.#paths.map(path => fileIdentity(join(root, path))).join()
    } catch {
      return 'missing'
    }
  }
}

/** From the end of the first state to the begin of the last. Pure. */
function mixedSeconds(states: readonly State[]): number {
  return states.length < 3 ? 0 : (states.at(-1)?.since ?? 0) - (states[1]?.since ?? 0)
}

function fileIdentity(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? 'missing' : `${found.ino} ${found.size} ${found.mtimeMs}`
}
