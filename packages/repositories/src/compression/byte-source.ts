import { Malformed } from '../metadata/malformed.ts'

/** Bytes that come in chunks, read by decoders that take what they need and put back what is not theirs. */
export class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #signal: AbortSignal | undefined
  #returned: Uint8Array[] = []
  #isDone = false

  constructor(input: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined) {
    this.#chunks = input[Symbol.asyncIterator]()
    this.#signal = signal
  }

  /** The next bytes, never none; undefined at the end. @throws the reason of the signal, and what the input throws */
  async next(): Promise<Uint8Array | undefined> {
    this.#signal?.throwIfAborted()
    const returned = this.#returned.pop()
    if (returned !== undefined) return returned
    while (!this.#isDone) {
      const { done, value } = await this.#chunks.next()
      this.#signal?.throwIfAborted()
      if (done) this.#isDone = true
      else if (value.length > 0) return value
    }
    return undefined
  }

  /** Puts bytes back in front. */
  unread(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#returned.push(bytes)
  }

  async isAtEnd(): Promise<boolean> {
    const bytes = await this.next()
    if (bytes !== undefined) this.unread(bytes)
    return bytes === undefined
  }

  /** Up to `sizeBytes` bytes, fewer only at the end. */
  async take(sizeBytes: number): Promise<Buffer> {
    const parts: Uint8Array[] = []
    let missing = sizeBytes
    while (missing > 0) {
      const bytes = await this.next()
      if (bytes === undefined) break
      parts.push(bytes.subarray(0, missing))
      this.unread(bytes.subarray(missing))
      missing -= Math.min(missing, bytes.length)
    }
    return Buffer.concat(parts)
  }

  /** @throws Malformed when fewer bytes are left */
  async takeExactly(sizeBytes: number): Promise<Buffer> {
    const bytes = await this.take(sizeBytes)
    if (bytes.length < sizeBytes) throw new Malformed('it ends too early')
    return bytes
  }

  /** Lets the input go; it may be called at any time, and more than once. */
  async close(): Promise<void> {
    this.#returned = []
    if (this.#isDone) return
    this.#isDone = true
    await this.#chunks.return?.()
  }
}
