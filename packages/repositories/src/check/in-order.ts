/** Tasks that are under way at once: enough to keep all threads that compute digests busy. */
const width = 32

/** Runs tasks several at a time, and hands what they come to on in the order in which they were begun. */
export class InOrder<T> {
  readonly #take: (result: T) => void
  readonly #underWay: Promise<T>[] = []

  constructor(take: (result: T) => void) {
    this.#take = take
  }

  /** Waits while too many are under way. @throws what a task throws */
  async add(task: Promise<T>): Promise<void> {
    task.catch(() => {}) // It is awaited in its turn; until then a failure is not an unhandled one.
    this.#underWay.push(task)
    while (this.#underWay.length >= width) await this.#first()
  }

  /** Waits for all. @throws what a task throws */
  async end(): Promise<void> {
    while (this.#underWay.length > 0) await this.#first()
  }

  async #first(): Promise<void> {
    const first = this.#underWay.shift()
    if (first !== undefined) this.#take(await first)
  }
}
