/** Lets so many run at a time; the others wait in order, urgent ones before the rest. */
export class Gate {
  readonly #width: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(width: number) {
    this.#width = width
  }

  async run<T>(work: () => Promise<T>, isUrgent: boolean): Promise<T> {
    if (this.#running < this.#width) this.#running += 1
    else {
      await new Promise<void>(resolve => {
        if (isUrgent) this.#waiting.unshift(resolve)
        else this.#waiting.push(resolve)
      })
    }
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running -= 1
    }
  }
}
