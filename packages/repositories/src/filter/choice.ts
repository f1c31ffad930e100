import { fingerprint } from '../check/fingerprint.ts'
import type { LeftOutReason } from './filter.ts'

/** What metadata says of files: which are in, and why others are not. Keeps a number or two of each. */
export class Choice {
  readonly #kept = new Set<number>()
  readonly #leftOut = new Map<number, LeftOutReason>()

  keep(file: number): void {
    this.#kept.add(file)
  }

  /** A file that something else keeps stays in. */
  leaveOut(file: number, reason: LeftOutReason): void {
    if (!this.#leftOut.has(file)) this.#leftOut.set(file, reason)
  }

  /** `kept`, why it is left out, or undefined where nothing names it. */
  of(path: string): 'kept' | LeftOutReason | undefined {
    const file = fingerprint(path)
    return this.#kept.has(file) ? 'kept' : this.#leftOut.get(file)
  }
}
