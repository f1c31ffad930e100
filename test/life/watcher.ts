import { lstatSync, realpathSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Damage } from './damage.ts'
import { differencesOf, type Manifest, readManifest } from './manifest.ts'
import type { Published } from './published.ts'

/** A served path that is watched. */
export interface WatchedPath {
  readonly mirror: string
  readonly path: string
  readonly published: Published
  readonly damage: Damage
}

const pauseMs = 250

/**
 * Reads what mirrors serve again and again, as a client would: through the link, which is resolved once. What it reads is
 * a published snapshot, never an older one than it saw before, but for damage that was done and is not healed yet.
 */
export class Watcher {
  /** What must not be. */
  readonly violations: string[] = []
  /** Reads during which the link was not moved. */
  reads = 0
  /** Reads in which all was exactly a snapshot. */
  exact = 0
  /** Reads that prove nothing, since the link was moved meanwhile. */
  moved = 0
  readonly #seen = new Map<string, number>()

  /** Until the signal. */
  async run(paths: readonly WatchedPath[], signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const path of paths) await this.#look(path)
      await sleep(pauseMs)
    }
  }

  async #look(watched: WatchedPath): Promise<void> {
    const before = linkOf(watched.path)
    if (before === undefined) {
      if (this.#seen.has(watched.path)) this.#tell(watched, 'the served path is gone')
      return
    }
    let read: Manifest | unknown
    try {
      read = await readManifest(realpathSync(watched.path))
    } catch (error) {
      read = error
    }
    // A swap makes the link anew. What it led to before may be recycled by the next update.
    if (linkOf(watched.path) !== before) {
      this.moved += 1
      return
    }
    this.reads += 1
    if (isManifest(read)) this.#judge(watched, read)
    // A file that is mended or removed may go between readdir and lstat.
    else if (!watched.damage.isOpen) this.#tell(watched, `cannot be read: ${read}`)
  }

  #judge(watched: WatchedPath, tree: Manifest): void {
    const { published, damage, path } = watched
    const last = this.#seen.get(path) ?? 0
    const number = published.numberOf(tree)
    if (number !== undefined) {
      this.exact += 1
      if (number < last) this.#tell(watched, `snapshot ${number} is served after ${last}`)
      this.#seen.set(path, number)
      return
    }
    // The one that it is nearest to.
    const candidates = published.all.slice(last).map(snapshot => ({ snapshot, by: differencesOf(snapshot, tree) }))
    const [nearest] = candidates.sort((a, b) => a.by.size - b.by.size)
    if (nearest === undefined) {
      this.#tell(watched, 'something is served before anything was published')
      return
    }
    const unexplained = [...nearest.by].filter(([name]) => !damage.explains(name, nearest.snapshot))
    if (unexplained.length === 0) return
    const some = unexplained.slice(0, 5).map(([name, how]) => `    ${name}: ${how}`)
    this.#tell(watched, `differs from each snapshot, from the nearest at ${nearest.by.size} paths:\n${some.join('\n')}`)
  }

  #tell({ mirror, path }: WatchedPath, what: string): void {
    this.violations.push(`${new Date().toISOString()} ${mirror} ${path}: ${what}`)
  }
}

function isManifest(read: unknown): read is Manifest {
  return typeof read === 'object' && read !== null && 'fingerprint' in read
}

function linkOf(path: string): string | undefined {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return stats && `${stats.ino} ${stats.ctimeNs}`
}
