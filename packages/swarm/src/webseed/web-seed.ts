import type { Clock } from '../clock.ts'
import { Rate } from '../distribution/rate.ts'
import type { Budget } from '../limits/budget.ts'
import { type Block, blockLength } from '../picker/block.ts'
import type { Delivery } from '../picker/delivery.ts'
import type { PickerPeer } from '../picker/peer.ts'
import type { Random } from '../picker/random.ts'
import type { Download } from '../transfer/download.ts'
import { Backoff } from './backoff.ts'
import { type BlockRange, blockRanges } from './block-ranges.ts'
import { type Fetch, fetchRange } from './fetch-range.ts'

export interface WebSeedOptions {
  /** Each answers range requests with the bytes of the pack; when one fails, the next is asked. */
  readonly urls: readonly string[]
  readonly pieceLength: number
  readonly download: Download
  readonly clock: Clock
  /** What downloads draw on. */
  readonly downloads: Budget
  readonly random: Random
  readonly fetch: Fetch
  readonly onReceived: (block: Block, delivery: Delivery) => void
  readonly onFailed: (error: unknown) => void
}

/** Bytes that are asked for at a time. */
const runBytes = 4 * 1024 * 1024
const parallelRuns = 2
const silenceMs = 20_000

/**
 * Fetches pieces over HTTP (as BEP 19 does) while no peer delivers. To the picker it is one more peer that has all,
 * which may be asked for anything; what it delivers is verified like everything else.
 */
export class WebSeed {
  readonly #options: WebSeedOptions
  readonly #backoff: Backoff
  readonly #rate: Rate
  readonly #end = new AbortController()
  #peer: PickerPeer | undefined
  #runs = 0
  /** How often another address was chosen. */
  #turns = 0
  #isNeeded = false

  constructor(options: WebSeedOptions) {
    this.#options = options
    this.#backoff = new Backoff({ firstMs: 1000, mostMs: 120_000, random: options.random })
    this.#rate = new Rate(options.clock.now())
  }

  is(peer: PickerPeer): boolean {
    return peer === this.#peer
  }

  /** A few times a second. `isNeeded`: no peer delivers. What is on its way is finished in any case. */
  tick(now: number, isNeeded: boolean): void {
    if (this.#peer !== undefined) this.#peer.rate = this.#rate.update(now)
    this.#isNeeded = isNeeded
    this.#start(now)
  }

  /** A piece of it had a wrong hash. */
  distrust(): void {
    this.#turns += 1
    this.#backoff.distrust(this.#options.clock.now())
  }

  close(): void {
    this.#end.abort(new Error('not needed any more'))
  }

  #start(now: number): void {
    while (this.#mayRun(now)) {
      const blocks = this.#pick()
      if (blocks.length === 0) return
      void this.#run(blocks)
    }
  }

  #mayRun(now: number): boolean {
    if (!this.#isNeeded || this.#end.signal.aborted || this.#runs >= parallelRuns) return false
    const { download, downloads } = this.#options
    return download.canAsk && downloads.isOpen && this.#backoff.mayTry(now)
  }

  #pick(): Block[] {
    const { picker } = this.#options.download
    if (this.#peer === undefined) {
      this.#peer = picker.join('web-seed')
      picker.setPieces(this.#peer, 'all')
    }
    const count = runBytes / blockLength
    const blocks = picker.pick(this.#peer, count, { inRow: true })
    return blocks.length > 0 ? blocks : picker.pickSecond(this.#peer, count, 1)
  }

  /** Never rejects. */
  async #run(blocks: readonly Block[]): Promise<void> {
    const { clock, download, pieceLength, onFailed } = this.#options
    this.#runs += 1
    for (const { length } of blocks) this.#options.downloads.take(length)
    const waiting = new Set(blocks)
    const turn = this.#turns
    try {
      for (const range of blockRanges(blocks, pieceLength)) await this.#fetch(range, waiting)
      this.#backoff.succeeded()
    } catch (error) {
      this.#failed(turn)
      if (!this.#end.signal.aborted) onFailed(error)
    } finally {
      this.#runs -= 1
      for (const block of waiting) if (this.#peer) download.picker.release(this.#peer, block)
    }
    this.#start(clock.now())
  }

  /** The next address may do better; when all have failed, they rest. */
  #failed(turn: number): void {
    if (turn !== this.#turns) return
    this.#turns += 1
    if (this.#turns % this.#options.urls.length === 0) this.#backoff.failed(this.#options.clock.now())
  }

  async #fetch(range: BlockRange, waiting: Set<Block>): Promise<void> {
    const { urls, fetch } = this.#options
    const url = urls[this.#turns % urls.length] ?? ''
    const blocks = range.blocks[Symbol.iterator]()
    let block = blocks.next().value
    let parts: Uint8Array[] = []
    let gathered = 0
    for await (const chunk of fetchRange({ ...range, url, fetch, silenceMs, signal: this.#end.signal })) {
      for (let at = 0; block !== undefined && at < chunk.length; ) {
        const part = chunk.subarray(at, at + block.length - gathered)
        parts.push(part)
        gathered += part.length
        at += part.length
        if (gathered < block.length) continue
        waiting.delete(block)
        this.#deliver(block, parts.length === 1 ? part : Buffer.concat(parts))
        block = blocks.next().value
        parts = []
        gathered = 0
      }
    }
  }

  #deliver(block: Block, bytes: Uint8Array): void {
    if (this.#peer === undefined) return
    this.#rate.add(bytes.length)
    const delivery = this.#options.download.receive(this.#peer, block, bytes)
    this.#options.onReceived(block, delivery)
  }
}
