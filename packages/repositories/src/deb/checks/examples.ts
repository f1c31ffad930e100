import { quote } from '../../metadata/malformed.ts'

/** Examples that are told. */
const maxExamples = 3

/** Counts what many things have in common, and keeps a few of them as examples. */
export class Examples {
  #count = 0
  readonly #first: string[] = []

  get count(): number {
    return this.#count
  }

  add(text: string): void {
    this.#count += 1
    // Copied, because a text may hold on to the larger one that it was cut from.
    if (this.#first.length < maxExamples) this.#first.push(Buffer.from(text.slice(0, 200)).toString())
  }

  /** `"a", "b", "c" and 4 more` */
  toString(): string {
    const more = this.#count - this.#first.length
    return `${this.#first.map(quote).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  }
}
