/** How long to wait: after the first failure, and at most, in one unit. */
export interface BackoffBounds {
  readonly first: number
  readonly most: number
}

/**
 * How long to wait after the `failures`th failure in a row, from 1, in the unit of the bounds: twice as long each time,
 * and by chance up to half of it less, so that not everybody comes again at once. `random` gives numbers from 0 to below
 * 1. Pure.
 */
export function backoff(failures: number, { first, most }: BackoffBounds, random: () => number): number {
  return Math.min(most, first * 2 ** (failures - 1)) * (0.5 + random() / 2)
}
