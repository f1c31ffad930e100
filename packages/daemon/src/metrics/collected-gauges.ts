import { Gauge, Registry } from 'prom-client'

/** Says what a gauge is, and how it gets its values from a look at the program. */
export interface CollectedGauge<T> {
  readonly name: string
  readonly help: string
  readonly labels?: readonly string[]
  readonly collect: (gauge: Gauge, now: T) => void
}

/**
 * A registry of gauges whose values are taken when somebody asks. While `look` gives nothing, as before the program
 * has started, they have no values.
 */
export function collectedGauges<T>(look: () => T | undefined, gauges: readonly CollectedGauge<T>[]): Registry {
  const registry = new Registry()
  for (const { name, help, labels = [], collect } of gauges) {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: [...labels],
      registers: [registry],
      collect() {
        gauge.reset()
        const now = look()
        if (now !== undefined) collect(gauge, now)
      },
    })
  }
  return registry
}
