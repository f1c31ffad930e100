/** A number from 0 to below 1, as Math.random gives. Tests and the simulator hand in one that is seeded. */
export type Random = () => number

/** An integer from `low` to `high - 1`. */
export function integerBetween(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low))
}
