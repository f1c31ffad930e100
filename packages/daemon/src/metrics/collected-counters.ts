import { Counter, type Registry } from 'prom-client'

/** Says what a counter is, and how it gets its values from a look at the program. */
export interface CollectedCounter<T> {
  /** Ends in `_total`. */
  readonly name: string
  readonly help: string
  readonly labels?: readonly string[]
  readonly collect: (counter: Counter, now: T) => void
}

/** Adds counters that somebody else counts: their values are taken when somebody asks. */
export function addCollectedCounters<T>(
  registry: Registry,
  look: () => T | undefined,
  counters: readonly CollectedCounter<T>[],
): void {
  for (const { name, help, labels = [], collect } of counters) {
    const counter: Counter = new Counter({
      name,
      help,
      labelNames: [...labels],
      registers: [registry],
      collect() {
        counter.reset()
        const now = look()
        if (now !== undefined) collect(counter, now)
      },
    })
  }
}
