import type { Block } from '../picker/block.ts'

/** Buffers that are kept for the next piece, so that a transfer does not make garbage of piece size. */
const keptBuffers = 8

/** Puts blocks together to pieces. */
export class Assembly {
  readonly #pieceBytes: (piece: number) => number
  readonly #bufferBytes: number
  readonly #pieces = new Map<number, Buffer>()
  readonly #spare: Buffer[] = []

  /** @param bufferBytes length of the longest piece */
  constructor(pieceBytes: (piece: number) => number, bufferBytes: number) {
    this.#pieceBytes = pieceBytes
    this.#bufferBytes = bufferBytes
  }

  put({ piece, offset }: Block, bytes: Uint8Array): void {
    let buffer = this.#pieces.get(piece)
    if (buffer === undefined) {
      buffer = this.#spare.pop() ?? Buffer.allocUnsafeSlow(this.#bufferBytes)
      this.#pieces.set(piece, buffer)
    }
    buffer.set(bytes, offset)
  }

  /** The bytes of a complete piece, the caller's until it gives them back. */
  take(piece: number): Buffer {
    const buffer = this.#pieces.get(piece) ?? Buffer.alloc(this.#bufferBytes)
    this.#pieces.delete(piece)
    return buffer.subarray(0, this.#pieceBytes(piece))
  }

  giveBack(bytes: Buffer): void {
    if (this.#spare.length < keptBuffers) this.#spare.push(Buffer.from(bytes.buffer))
  }
}
