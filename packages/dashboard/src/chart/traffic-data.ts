/** One line of a chart. */
export interface Curve {
  readonly name: string
  /** Name of a CSS variable. */
  readonly color: `--${string}`
  /** Starts of runs, seconds since 1970. */
  readonly times: readonly number[]
  /** Bytes in each of them. */
  readonly bytes: readonly number[]
}

type Columns = [number[], ...(number | null)[][]]

/**
 * Bytes in runs of time as rates, for uPlot: all lines over the same times. Where nobody told, a line has a gap. The
 * run that is not over yet (at `now`, seconds since 1970) is left out. Pure.
 */
export function dataOf(curves: readonly Curve[], resolutionSeconds: number, now: number): Columns {
  const all = new Set(curves.flatMap(curve => curve.times.filter(time => time + resolutionSeconds <= now)))
  const times = withGaps(
    [...all].sort((a, b) => a - b),
    resolutionSeconds,
  )
  const lines = curves.map(curve => {
    const rates = new Map(curve.times.map((time, k) => [time, (curve.bytes[k] ?? 0) / resolutionSeconds]))
    return times.map(time => rates.get(time) ?? null)
  })
  return [times, ...lines]
}

/** A time without any value after each one that is not followed by the next: there the lines break. */
function withGaps(times: readonly number[], step: number): number[] {
  return times.flatMap((time, k) => {
    const next = times[k + 1]
    return next !== undefined && next > time + step ? [time, time + step] : [time]
  })
}
