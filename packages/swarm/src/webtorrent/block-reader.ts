import { blockLength } from '../picker/block.ts'

export interface BlockReaderOwner {
  /** A block came. Its bytes are the reader's again when this returns. */
  block(piece: number, offset: number, bytes: Uint8Array): void
  /** Bytes of all that is not a block, in order; the receiver's to keep. */
  other(bytes: Uint8Array): void
}

/** Length prefix and type of a message. */
const headBytes = 5
/** The same, the piece and the offset of a block (BEP 3). */
const blockHeadBytes = 13
const pieceMessage = 7

/**
 * Takes the blocks out of what a peer sends after its handshake, and passes the rest on as it is. So a block is copied once, from where the
 * socket read it to its piece, whatever parts it arrives in, and makes no garbage.
 */
export class BlockReader {
  readonly #owner: BlockReaderOwner
  readonly #head = Buffer.alloc(blockHeadBytes)
  #headLength = 0
  /** Bytes of a block that came in parts; made with the first such block. */
  #parts: Buffer | undefined
  #partsLength = 0
  #blockLength = 0
  #isInBlock = false
  /** Bytes that are passed on before the next message. */
  #passing = 0

  constructor(owner: BlockReaderOwner) {
    this.#owner = owner
  }

  /** @param bytes what came next; looked at only now */
  read(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.#passing > 0) at += this.#pass(bytes.subarray(at))
      else if (this.#isInBlock) at += this.#fill(bytes.subarray(at))
      else at += this.#readHead(bytes.subarray(at))
    }
  }

  #pass(bytes: Uint8Array): number {
    const part = bytes.subarray(0, this.#passing)
    this.#passing -= part.length
    this.#owner.other(Uint8Array.from(part))
    return part.length
  }

  #readHead(bytes: Uint8Array): number {
    const wanted = this.#isBlock ? blockHeadBytes : this.#headLength < 4 ? 4 : headBytes
    const part = bytes.subarray(0, wanted - this.#headLength)
    this.#head.set(part, this.#headLength)
    this.#headLength += part.length
    if (this.#headLength === 4 && this.#messageLength === 0) this.#passHead()
    if (this.#headLength === headBytes && !this.#isBlock) this.#passHead()
    if (this.#headLength === blockHeadBytes) {
      this.#isInBlock = true
      this.#blockLength = this.#messageLength - 9
    }
    return part.length
  }

  /** What the head says of the length of the message, in bytes. */
  get #messageLength(): number {
    return this.#head.readUInt32BE(0)
  }

  get #isBlock(): boolean {
    if (this.#headLength < headBytes || this.#head[4] !== pieceMessage) return false
    return this.#messageLength > 9 && this.#messageLength <= 9 + blockLength
  }

  #passHead(): void {
    this.#passing = this.#messageLength - (this.#headLength - 4)
    this.#owner.other(Uint8Array.from(this.#head.subarray(0, this.#headLength)))
    this.#headLength = 0
  }

  #fill(bytes: Uint8Array): number {
    const part = bytes.subarray(0, this.#blockLength - this.#partsLength)
    if (part.length === this.#blockLength) this.#finish(part)
    else {
      this.#parts ??= Buffer.allocUnsafeSlow(blockLength)
      this.#parts.set(part, this.#partsLength)
      this.#partsLength += part.length
      if (this.#partsLength === this.#blockLength) this.#finish(this.#parts.subarray(0, this.#blockLength))
    }
    return part.length
  }

  #finish(block: Uint8Array): void {
    const [piece, offset] = [this.#head.readUInt32BE(5), this.#head.readUInt32BE(9)]
    this.#isInBlock = false
    this.#headLength = 0
    this.#partsLength = 0
    this.#owner.block(piece, offset, block)
  }
}
