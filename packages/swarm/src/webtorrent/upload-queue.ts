import type { Budget } from '../limits/budget.ts'

/** A block that a peer asks us for. Bytes. */
export interface BlockRequest {
  readonly piece: number
  readonly offset: number
  readonly length: number
}

export interface UploadOutlet {
  /** Whether the socket takes more without keeping it in memory. */
  readonly isFree: boolean
  readonly isChoking: boolean
  read(request: BlockRequest): Promise<Uint8Array>
  send(request: BlockRequest, bytes: Uint8Array): void
  /** The request will not be answered with a block. */
  refuse(request: BlockRequest): void
  /** A read has ended, so `pump` is due when the socket is free. */
  served(): void
}

/** Bytes that are read for one peer at a time, so that the disk is never waited for. */
const readingBytes = 256 * 1024

/**
 * Requests of one peer that wait until its socket is empty. So other messages overtake blocks, a request can still be
 * taken back, memory is bounded for each peer, and an upload limit holds, whoever asks for how much.
 */
export class UploadQueue {
  readonly #outlet: UploadOutlet
  readonly #budget: Budget
  readonly #requests: BlockRequest[] = []
  readonly #reading = new Set<BlockRequest>()
  readonly #onOpen = () => this.pump()
  #readingBytes = 0

  constructor(outlet: UploadOutlet, budget: Budget) {
    this.#outlet = outlet
    this.#budget = budget
  }

  /** Requests that wait for their turn. */
  get length(): number {
    return this.#requests.length
  }

  add(request: BlockRequest): void {
    this.#requests.push(request)
    this.pump()
  }

  /** The peer does not want this any more. */
  cancel({ piece, offset, length }: BlockRequest): void {
    const isIt = (other: BlockRequest) => other.piece === piece && other.offset === offset && other.length === length
    const index = this.#requests.findIndex(isIt)
    if (index >= 0) this.#requests.splice(index, 1)
    for (const request of this.#reading) if (isIt(request)) this.#reading.delete(request)
  }

  /** Serves as much as the socket takes. To be called whenever that may have changed. */
  pump(): void {
    for (let next = this.#requests[0]; next !== undefined && this.#mayServe(); next = this.#requests[0]) {
      if (this.#outlet.isChoking) {
        this.#requests.shift()
        this.#outlet.refuse(next)
        continue
      }
      if (!this.#budget.isOpen) {
        this.#budget.wait(this.#onOpen)
        return
      }
      this.#requests.shift()
      this.#budget.take(next.length)
      void this.#serve(next)
    }
  }

  close(): void {
    this.#requests.length = 0
    this.#reading.clear()
    this.#budget.stopWaiting(this.#onOpen)
  }

  /** Never rejects. */
  async #serve(request: BlockRequest): Promise<void> {
    this.#reading.add(request)
    this.#readingBytes += request.length
    const bytes = await this.#outlet.read(request).catch(() => undefined)
    this.#readingBytes -= request.length
    if (this.#reading.delete(request)) {
      if (bytes === undefined) this.#outlet.refuse(request)
      else this.#outlet.send(request, bytes)
    }
    this.#outlet.served()
  }

  #mayServe(): boolean {
    return this.#outlet.isFree && this.#readingBytes < readingBytes
  }
}
