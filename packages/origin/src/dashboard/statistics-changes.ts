/** Tells that the statistics have changed; changes that come close together are told together. `stop` it. */
export class StatisticsChanges {
  readonly #tell: () => void
  readonly #gatherMilliseconds: () => number
  #timer: NodeJS.Timeout | undefined

  /** `gatherMilliseconds`: how long a change waits for others. */
  constructor(tell: () => void, gatherMilliseconds: () => number) {
    this.#tell = tell
    this.#gatherMilliseconds = gatherMilliseconds
  }

  tell(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#tell()
    }, this.#gatherMilliseconds())
    this.#timer.unref()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
