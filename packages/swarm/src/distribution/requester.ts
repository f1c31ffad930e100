import type { Block } from '../picker/block.ts'
import type { PickerPeer, SourceKind } from '../picker/peer.ts'
import type { Picker } from '../picker/picker.ts'
import { Pipeline } from './pipeline.ts'
import { Rate } from './rate.ts'

/** Seconds that a block must be late before another mirror, or the origin, is asked for it too. */
const patienceSeconds: Readonly<Record<SourceKind, number>> = { mirror: 1, origin: 4, 'web-seed': 1 }

/** What a peer is to us. */
export interface Who {
  readonly kind: SourceKind
  /** Whether it is of our site. */
  readonly isNear?: boolean
  /** Its peer id, where it may have several connections. */
  readonly owner?: string
}

/** What to ask one peer for, and when: keeps its pipeline of requests full. Times in milliseconds; does no I/O. */
export class Requester {
  readonly #picker: Picker
  readonly #pipeline: Pipeline
  readonly #rate: Rate
  #peer: PickerPeer

  /** @param most requests that the peer accepts at once */
  constructor(picker: Picker, { most, now, ...who }: Who & { readonly most: number; readonly now: number }) {
    this.#picker = picker
    this.#pipeline = new Pipeline(most)
    this.#rate = new Rate(now)
    this.#peer = picker.join(who.kind, who)
  }

  get peer(): PickerPeer {
    return this.#peer
  }

  get bytesPerSecond(): number {
    return this.#rate.bytesPerSecond
  }

  set most(most: number) {
    this.#pipeline.most = most
  }

  /** The peer turned out to be another than it seemed: takes the place of who it was. @returns who it was */
  become(who: Who): PickerPeer {
    const before = this.#peer
    this.#picker.leave(before)
    this.#peer = this.#picker.join(who.kind, who)
    this.#picker.setPieces(this.#peer, before.pieces)
    return before
  }

  /**
   * What to ask for now: nothing until a part of the pipeline is free, so that requests go out together.
   * @param most blocks, by a download limit
   */
  next(most = Number.POSITIVE_INFINITY): Block[] {
    const { depth } = this.#pipeline
    const room = depth - this.#peer.outstanding
    return room >= Math.min(8, depth / 4) ? this.#picker.pick(this.#peer, Math.min(room, most)) : []
  }

  /** What slower peers were asked for already, when there is nothing else to do. */
  overtake(most = Number.POSITIVE_INFINITY): Block[] {
    if (this.#peer.outstanding > 0 || this.#peer.interesting === 0) return []
    return this.#picker.pickSecond(this.#peer, Math.min(this.#pipeline.depth, most), patienceSeconds[this.#peer.kind])
  }

  /** A block came that was asked for at `askedAt`. */
  delivered(bytes: number, askedAt: number, now: number): void {
    this.#rate.add(bytes)
    this.#pipeline.delivered((now - askedAt) / 1000)
  }

  /** A few times a second: measures and adapts. */
  tick(now: number): void {
    const hadWork = this.#peer.outstanding > 0
    this.#peer.rate = this.#rate.update(now)
    if (hadWork) this.#pipeline.adapt(this.#peer.rate)
  }
}
