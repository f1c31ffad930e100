/** Bytes of verified pieces that wait for the disk, of all packs together, so that a slow disk slows the network down. */
export class Backlog {
  readonly #limit: number
  #bytes = 0

  /** @param limit bytes; what is on its way when it is reached still comes */
  constructor(limit: number) {
    this.#limit = limit
  }

  get isFull(): boolean {
    return this.#bytes >= this.#limit
  }

  add(bytes: number): void {
    this.#bytes += bytes
  }

  remove(bytes: number): void {
    this.#bytes -= bytes
  }
}
