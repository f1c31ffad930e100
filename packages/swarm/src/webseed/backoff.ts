import { backoff } from '@repocast/errors'
import type { Random } from '../picker/random.ts'

/** When to try again after failures: at first soon, then later and later, spread so that many do not come at once. */
export class Backoff {
  readonly #bounds: { readonly first: number; readonly most: number }
  readonly #random: Random
  #failures = 0
  #notBefore = Number.NEGATIVE_INFINITY

  constructor(bounds: { readonly firstMs: number; readonly mostMs: number; readonly random: Random }) {
    this.#bounds = { first: bounds.firstMs, most: bounds.mostMs }
    this.#random = bounds.random
  }

  mayTry(now: number): boolean {
    return now >= this.#notBefore
  }

  succeeded(): void {
    this.#failures = 0
  }

  failed(now: number): void {
    this.#failures += 1
    this.#notBefore = now + backoff(this.#failures, this.#bounds, this.#random)
  }

  /** It gave what is wrong: not before the longest wait. */
  distrust(now: number): void {
    this.#failures += 1
    this.#notBefore = now + this.#bounds.most
  }
}
