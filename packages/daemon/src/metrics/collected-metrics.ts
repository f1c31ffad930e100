import { Counter, Gauge, Registry } from 'prom-client'

type Labels = Readonly<Record<string, string>>

/** Where a metric's values go. */
export interface MetricValues {
  /** The value without labels. */
  set(value: number): void
  /** The value with `labels`; values of the same labels are summed up. */
  set(labels: Labels, value: number): void
}

/** Says what a metric is, and how it gets its values from a look at the program. */
export interface CollectedMetric<T> {
  /** By Prometheus' conventions: base units, and `_total` for what only grows. */
  readonly name: string
  readonly help: string
  readonly labels?: readonly string[]
  readonly collect: (values: MetricValues, now: T) => void
}

/**
 * A registry of metrics whose values are taken when somebody asks. A name that ends with `_total` is a counter, any
 * other a gauge. While `look` gives nothing, as before the program has started, they have no values.
 */
export function collectedMetrics<T>(look: () => T | undefined, metrics: readonly CollectedMetric<T>[]): Registry {
  const registry = new Registry()
  for (const { name, help, labels = [], collect } of metrics) {
    const kind = name.endsWith('_total') ? Counter : Gauge
    const metric: Counter | Gauge = new kind({
      name,
      help,
      labelNames: [...labels],
      registers: [registry],
      collect() {
        metric.reset()
        const now = look()
        if (now !== undefined)
          collect({ set: (first: Labels | number, value?: number) => add(metric, first, value) }, now)
      },
    })
  }
  return registry
}

function add(metric: Counter | Gauge, first: Labels | number, value = 0): void {
  if (typeof first === 'number') metric.inc(first)
  else metric.inc({ ...first }, value)
}
