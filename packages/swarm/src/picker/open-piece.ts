import { type Block, blockLength } from './block.ts'

const [free, requested, received] = [0, 1, 2]

/** A piece of which blocks are asked for or there. */
export class OpenPiece<Peer extends object> {
  readonly piece: number
  readonly blockCount: number
  /** Peers whose bytes are in it. */
  readonly contributors = new Set<Peer>()
  /** The one peer that may deliver it, once what several delivered together was bad: the next failure has one culprit. */
  readonly onlyFrom: Peer | undefined
  readonly #bytes: number
  readonly #states: Uint8Array
  readonly #holders: (Peer | undefined)[]
  readonly #seconds = new Map<number, Peer>()
  readonly #released: number[] = []
  #untouched = 0
  #received = 0

  constructor(piece: number, bytes: number, onlyFrom?: Peer) {
    this.piece = piece
    this.blockCount = Math.ceil(bytes / blockLength)
    this.onlyFrom = onlyFrom
    this.#bytes = bytes
    this.#states = new Uint8Array(this.blockCount)
    this.#holders = new Array(this.blockCount)
  }

  get hasFree(): boolean {
    return this.#released.length > 0 || this.#untouched < this.blockCount
  }

  get isComplete(): boolean {
    return this.#received === this.blockCount
  }

  /** Whether nothing of it is asked for or there. */
  get isUntouched(): boolean {
    return this.#received === 0 && this.#released.length === this.#untouched
  }

  block(block: number): Block {
    const offset = block * blockLength
    return { piece: this.piece, block, offset, length: Math.min(blockLength, this.#bytes - offset) }
  }

  /** Takes a free block for `peer`, -1 when there is none. */
  take(peer: Peer): number {
    const block = this.#released.pop() ?? (this.#untouched < this.blockCount ? this.#untouched++ : -1)
    if (block < 0) return -1
    this.#states[block] = requested
    this.#holders[block] = peer
    return block
  }

  /** Frees what `peer` was to deliver. @returns whether the block is free now */
  release(block: number, peer: Peer): boolean {
    if (this.#states[block] !== requested) return false
    const second = this.#seconds.get(block)
    if (second === peer) {
      this.#seconds.delete(block)
      return false
    }
    if (this.#holders[block] !== peer) return false
    this.#seconds.delete(block)
    this.#holders[block] = second
    if (second !== undefined) return false
    this.#states[block] = free
    this.#released.push(block)
    return true
  }

  /** Takes a block as delivered. @returns undefined when nobody waits for it from `peer`, else who was asked too */
  receive(block: number, peer: Peer): { readonly alsoAsked: Peer | undefined } | undefined {
    if (this.#states[block] !== requested) return undefined
    const asked = [this.#holders[block], this.#seconds.get(block)]
    if (!asked.includes(peer)) return undefined
    this.#states[block] = received
    this.#holders[block] = undefined
    this.#seconds.delete(block)
    this.#received += 1
    this.contributors.add(peer)
    return { alsoAsked: asked.find(other => other !== undefined && other !== peer) }
  }

  /** A block that one other peer was asked for and for which `isSlow` holds; `peer` is asked for it too. -1 if none. */
  takeSecond(peer: Peer, isSlow: (holder: Peer) => boolean): number {
    for (let block = 0; block < this.#untouched; block += 1) {
      const holder = this.#holders[block]
      if (holder === undefined || holder === peer || this.#seconds.has(block) || !isSlow(holder)) continue
      this.#seconds.set(block, peer)
      return block
    }
    return -1
  }

  /** Blocks that wait for `peer`. */
  *blocksOf(peer: Peer): Generator<number> {
    for (let block = 0; block < this.#untouched; block += 1) {
      if (this.#holders[block] === peer || this.#seconds.get(block) === peer) yield block
    }
  }
}
