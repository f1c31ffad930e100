import type { Pack } from '@repocast/packs'
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
  /** Bytes that may wait for the storage. */
  readonly unwrittenBytes: number
  readonly owner: DownloadOwner
}

/** From delivered blocks to pieces that are held: assembles, verifies, writes. Knows no network. */
export class Download {
  readonly picker: Picker
  readonly #pack: Pack
  readonly #storage: PieceStorage
  readonly #owner: DownloadOwner
  readonly #mostUnwritten: number
  readonly #assembly: Assembly
  /** Verified pieces that the storage refused. */
  readonly #refused = new Map<number, Buffer>()
  /** Whether another pack comes first. */
  isHeldBack = false
  #unwrittenBytes = 0
  #isClosed = false

  constructor({ pack, storage, held, random, unwrittenBytes, owner }: DownloadOptions) {
    const pieceBytes = (piece: number) => pack.pieceBytes(piece)
    this.picker = new Picker({ pieceCount: pack.pieceCount, pieceBytes }, { held, random })
    this.#pack = pack
    this.#storage = storage
    this.#owner = owner
    this.#mostUnwritten = unwrittenBytes
    this.#assembly = new Assembly(pieceBytes, Math.min(pack.pieceLength, pack.bytes))
  }

  /** Whether more may be asked for: the storage keeps up and refuses nothing. */
  get canAsk(): boolean {
    return !this.isPaused && !this.isHeldBack && !this.#isClosed && this.#unwrittenBytes < this.#mostUnwritten
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
  }

  /** Never rejects. */
  async #finish(piece: number): Promise<void> {
    const bytes = this.#assembly.take(piece)
    this.#unwrittenBytes += bytes.length
    // the digest of WebCrypto runs on the thread pool
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-1', bytes))
    if (this.#isClosed) return
    if (this.#pack.pieceHash(piece).equals(hash)) {
      await this.#write(piece, bytes)
      return
    }
    this.#unwrittenBytes -= bytes.length
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
    const couldAsk = this.canAsk
    this.#unwrittenBytes -= bytes.length
    this.#assembly.giveBack(bytes)
    if (this.#isClosed) return
    this.picker.hold(piece)
    this.#owner.held(piece)
    if (!couldAsk && this.canAsk) this.#owner.canAskAgain()
  }
}
