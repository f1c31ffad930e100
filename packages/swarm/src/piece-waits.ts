/** Callers that wait for pieces. */
export class PieceWaits {
  readonly #waits = new Set<{ readonly left: Set<number>; readonly end: (error?: Error) => void }>()

  /** Resolves when all of `pieces` are held; rejects with the reason of `signal`. */
  wait(pieces: Set<number>, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    if (pieces.size === 0) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const onAbort = () => wait.end(signal?.reason)
      const wait = {
        left: pieces,
        end: (error?: Error) => {
          this.#waits.delete(wait)
          signal?.removeEventListener('abort', onAbort)
          if (error) reject(error)
          else resolve()
        },
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#waits.add(wait)
    })
  }

  held(piece: number): void {
    for (const wait of this.#waits) if (wait.left.delete(piece) && wait.left.size === 0) wait.end()
  }

  /** Nothing will come any more. */
  fail(error: Error): void {
    for (const wait of [...this.#waits]) wait.end(error)
  }
}
