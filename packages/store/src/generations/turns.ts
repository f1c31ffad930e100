/** Lets one after the other do what must not happen at the same time, for each key by itself. */
export class Turns<K> {
  readonly #last = new Map<K, Promise<unknown>>()

  /** Calls `act` when all who came before for this key are done. */
  async take<T>(key: K, act: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key)
    const run = (async () => {
      await before?.catch(() => {})
      return await act()
    })()
    this.#last.set(key, run)
    try {
      return await run
    } finally {
      if (this.#last.get(key) === run) this.#last.delete(key)
    }
  }
}
