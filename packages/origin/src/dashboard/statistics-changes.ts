/** Changes that come close together are told together. */
const gatherMilliseconds = 500

/** Tells that the statistics have changed: soon, and not again at once. `stop` it. */
export class StatisticsChanges {
  readonly #tell: () => void
  #timer: NodeJS.Timeout | undefined

  constructor(tell: () => void) {
    this.#tell = tell
  }

  tell(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#tell()
    }, gatherMilliseconds)
    this.#timer.unref()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
