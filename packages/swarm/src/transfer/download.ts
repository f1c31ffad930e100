import type { Pack } from '@repocast/packs'
import type { Backlog } from '../limits/backlog.ts'
import type { Bits } from '../picker/bits.ts'
import type { Block } from '../picker/block.ts'
import type { Delivery } from '../picker/delivery.ts'
import type { PickerPeer } from '../picker/peer.ts'
import { Picker } from '../picker/picker.ts'
import type { Random } from '../picker/random.ts'
import type { PieceStorage } from '../storage.ts'
import { Assembly } from './assembly.ts'

export interface DownloadOwner {
  /** `piece` is verified and written. */
  held(piece: number): void
  /** `piece` had a wrong hash; these delivered it. */
  failed(piece: number, contributors: readonly PickerPeer[]): void
  /** The storage did not take `piece`. Nothing more is asked for until `resume`; told once until then. */
  refused(piece: number, error: unknown): void
  /** There is room again for what could not be asked for. */
  canAskAgain(): void
}

export interface DownloadOptions {
  readonly pack: Pack
  readonly storage: PieceStorage
  readonly held: Bits
  readonly random: Random
  /** What waits for the storage, of all packs. */
  readonly backlog: Backlog
  readonly owner: DownloadOwner
}

/** From delivered blocks to pieces that are held: assembles, verifies, writes. Knows no network. */
export class Download {
  readonly picker: Picker
  readonly #pack: Pack
  readonly #storage: PieceStorage
  readonly #owner: DownloadOwner
  readonly #backlog: Backlog
  readonly #assembly: Assembly
  /** Verified pieces that the storage refused. */
  readonly #refused = new Map<number, Buffer>()
  /** Whether another pack comes first. */
  isHeldBack = false
  /** Its own part of the backlog. */
  #waitingBytes = 0
  #isClosed = false

  constructor({ pack, storage, held, random, backlog, owner }: DownloadOptions) {
    const pieceBytes = (piece: number) => pack.pieceBytes(piece)
    this.picker = new Picker({ pieceCount: pack.pieceCount, pieceBytes }, { held, random })
    this.#pack = pack
    this.#storage = storage
    this.#owner = owner
    this.#backlog = backlog
    this.#assembly = new Assembly(pieceBytes, Math.min(pack.pieceLength, pack.bytes))
  }

  /** Whether more may be asked for: the storage keeps up and refuses nothing. */
  get canAsk(): boolean {
    return !this.isPaused && !this.isHeldBack && !this.#isClosed && !this.#backlog.isFull
  }

  get isPaused(): boolean {
    return this.#refused.size > 0
  }

  receive(peer: PickerPeer, block: Block, bytes: Uint8Array): Delivery {
    const delivery = this.picker.receive(peer, block)
    if (delivery.kind === 'superfluous') return delivery
    this.#assembly.put(block, bytes)
    if (delivery.isPieceComplete) void this.#finish(block.piece)
    return delivery
  }

  /** Writes again what the storage refused. */
  resume(): void {
    const refused = [...this.#refused]
    this.#refused.clear()
    for (const [piece, bytes] of refused) void this.#write(piece, bytes)
    this.#owner.canAskAgain()
  }

  close(): void {
    this.#isClosed = true
    this.#waiting(-this.#waitingBytes)
  }

  #waiting(bytes: number): void {
    this.#waitingBytes += bytes
    if (bytes > 0) this.#backlog.add(bytes)
    else this.#backlog.remove(-bytes)
  }

  /** Never rejects. */
  async #finish(piece: number): Promise<void> {
    const bytes = this.#assembly.take(piece)
    this.#waiting(bytes.length)
    // the digest of WebCrypto runs on the thread pool
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-1', bytes))
    if (this.#isClosed) return
    if (this.#pack.pieceHash(piece).equals(hash)) {
      await this.#write(piece, bytes)
      return
    }
    this.#waiting(-bytes.length)
    this.#assembly.giveBack(bytes)
    this.#owner.failed(piece, this.picker.fail(piece))
  }

  /** Never rejects. */
  async #write(piece: number, bytes: Buffer): Promise<void> {
    try {
      await this.#storage.write(piece, bytes)
    } catch (error) {
      const wasPaused = this.isPaused
      this.#refused.set(piece, bytes)
      if (!this.#isClosed && !wasPaused) this.#owner.refused(piece, error)
      return
    }
    if (this.#isClosed) return
    const couldAsk = this.canAsk
    this.#waiting(-bytes.length)
    this.#assembly.giveBack(bytes)
    this.picker.hold(piece)
    this.#owner.held(piece)
    if (!couldAsk && this.canAsk) this.#owner.canAskAgain()
  }
}
