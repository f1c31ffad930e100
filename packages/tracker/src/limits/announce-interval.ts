export interface AnnounceIntervalOptions {
  /** Between two announces of a peer while there is little to do. */
  readonly baseSeconds: number
  /** Announces per second from which on peers are asked to come less often. */
  readonly busyPerSecond: number
}

const longestSeconds = 1800
/** Clients that lack peers may ask again after this; without it some wait for the whole interval. */
const minimumSeconds = 5
const jitter = 0.1
/** How much of the newest measurement goes into the average. */
const weight = 0.3

/** How long peers are told to wait: longer when many announce, and never the same for all. Pure. */
export class AnnounceInterval {
  readonly #options: AnnounceIntervalOptions
  #perSecond = 0

  constructor(options: AnnounceIntervalOptions) {
    this.#options = options
  }

  /** Tells how many announces came in a time. */
  observe(announces: number, seconds: number): void {
    if (seconds > 0) this.#perSecond += weight * (announces / seconds - this.#perSecond)
  }

  /** Announces per second, on average over the last minute or so. */
  get perSecond(): number {
    return this.#perSecond
  }

  /** How often one may ask at all, in seconds. */
  get minimumSeconds(): number {
    return Math.min(longestSeconds, Math.ceil(minimumSeconds * this.#load))
  }

  /** For one answer, in seconds; `random` from 0 to below 1. */
  seconds(random: number): number {
    const { baseSeconds } = this.#options
    const longest = Math.max(baseSeconds, longestSeconds)
    const seconds = Math.min(longest, baseSeconds * this.#load)
    return Math.max(this.minimumSeconds, Math.round(seconds * (1 - jitter + 2 * jitter * random)))
  }

  get #load(): number {
    return Math.max(1, this.#perSecond / this.#options.busyPerSecond)
  }
}
