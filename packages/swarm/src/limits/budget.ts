/** Bytes that may be spent now, and who waits for more. */
export interface Budget {
  /** Whether something may be taken now. */
  readonly isOpen: boolean
  /** What may be taken now without overdrawing; Infinity without limit. */
  readonly bytesLeft: number
  take(bytes: number): void
  /** What was taken is not spent after all. */
  giveBack(bytes: number): void
  /** Calls `onOpen` once, when the budget is open and those who waited before had their turn; it has to look again. */
  wait(onOpen: () => void): void
  stopWaiting(onOpen: () => void): void
  /** Waits for its turn, then takes. */
  spend(bytes: number): Promise<void>
}

/** What comes out of several budgets at once, such as that of a repository and that of all: open when all are. */
export class JointBudget implements Budget {
  readonly #parts: readonly Budget[]

  /** @param parts the narrowest first, so that nobody waits for the others while it is spent */
  constructor(parts: readonly Budget[]) {
    this.#parts = parts
  }

  get isOpen(): boolean {
    return this.#parts.every(part => part.isOpen)
  }

  get bytesLeft(): number {
    return Math.min(...this.#parts.map(part => part.bytesLeft))
  }

  take(bytes: number): void {
    for (const part of this.#parts) part.take(bytes)
  }

  giveBack(bytes: number): void {
    for (const part of this.#parts) part.giveBack(bytes)
  }

  wait(onOpen: () => void): void {
    const closed = this.#parts.find(part => !part.isOpen) ?? this.#parts[0]
    closed?.wait(onOpen)
  }

  stopWaiting(onOpen: () => void): void {
    for (const part of this.#parts) part.stopWaiting(onOpen)
  }

  async spend(bytes: number): Promise<void> {
    while (!this.isOpen) await new Promise<void>(resolve => this.wait(resolve))
    this.take(bytes)
  }
}
