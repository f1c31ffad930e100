import type { TrackedSwarm } from '../swarm/tracked-swarm.ts'
import type { SwarmStore } from './swarm-store.ts'

/** Written at a time, so that announces do not wait long: some 10 ms. */
const batchBytes = 2_000_000
/** What a swarm costs besides its peers. */
const swarmBytes = 100

/** Saves swarms that have changed, a batch at a time, those first that have waited longest. */
export class Saver {
  readonly #store: SwarmStore
  readonly #changed = new Set<TrackedSwarm>()

  constructor(store: SwarmStore) {
    this.#store = store
  }

  /** Remembers that a swarm has changed. */
  mark(swarm: TrackedSwarm): void {
    this.#changed.add(swarm)
  }

  /** Whether a swarm has changed since it was saved. */
  isMarked(swarm: TrackedSwarm): boolean {
    return this.#changed.has(swarm)
  }

  /** Saves one batch, at least one swarm if there is any. `now` in milliseconds. */
  saveSome(now: number): void {
    this.#save(batchBytes, now)
  }

  saveAll(now: number): void {
    this.#save(Number.POSITIVE_INFINITY, now)
  }

  #save(bytes: number, now: number): void {
    const batch: TrackedSwarm[] = []
    let sum = 0
    for (const swarm of this.#changed) {
      if (sum >= bytes) break
      batch.push(swarm)
      sum += swarmBytes + (swarm.tables.ipv4?.dump().length ?? 0) + (swarm.tables.ipv6?.dump().length ?? 0)
    }
    if (batch.length === 0) return
    this.#store.save(batch, Math.floor(now / 1000))
    for (const swarm of batch) this.#changed.delete(swarm)
  }
}
