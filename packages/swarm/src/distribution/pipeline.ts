import { blockLength } from '../picker/block.ts'

/** Blocks that a peer is asked for before anything of it is known. */
const firstDepth = 16

/** A peer always has this many blocks to send, however slow it seems. */
const leastDepth = 4

/** Shortest time, in seconds, that a queue of requests shall last: it bridges pauses of both event loops. */
const shortestHorizonSeconds = 0.5

/** By this the shortest time grows with each adaption, so that a line that became longer is believed after a while. */
const forgetting = 1.01

/**
 * How many blocks one peer is asked for at a time: enough that its line never runs empty, few enough that the choice
 * of what comes next stays late. At first the depth doubles with each round trip, as TCP's slow start does; then it
 * follows the measured rate over twice the shortest time that a block took, so that it grows only while that pays.
 */
export class Pipeline {
  #most: number
  #isStarting = true
  #depth = firstDepth
  #shortestSeconds = Number.POSITIVE_INFINITY

  /** @param most blocks that the peer accepts at once (`reqq` of BEP 10) */
  constructor(most: number) {
    this.#most = most
  }

  get depth(): number {
    return Math.min(this.#depth, this.#most)
  }

  set most(most: number) {
    this.#most = most
  }

  /** A block came, so many seconds after it was asked for. */
  delivered(seconds: number): void {
    this.#shortestSeconds = Math.min(this.#shortestSeconds, seconds)
    if (this.#isStarting) this.#depth = Math.min(this.#depth + 1, this.#most)
  }

  /** Adapts to what the peer delivers, in bytes per second; called a few times a second while it delivers. */
  adapt(bytesPerSecond: number): void {
    if (!Number.isFinite(this.#shortestSeconds)) return
    this.#shortestSeconds *= forgetting
    const horizonSeconds = Math.max(shortestHorizonSeconds, 2 * this.#shortestSeconds)
    const fitting = leastDepth + Math.ceil((bytesPerSecond * horizonSeconds) / blockLength)
    if (this.#isStarting && this.#depth <= 2 * fitting && this.#depth < this.#most) return
    this.#isStarting = false
    this.#depth = fitting
  }
}
