/** Where the time comes from. */
export interface Clock {
  /** Milliseconds; only differences are used. */
  now(): number
}

/** The time of this process, which no change of the host's clock moves. */
export const processClock: Clock = { now: () => performance.now() }
