import type { Clock } from '../clock.ts'
import type { HandOut, Recipient } from '../distribution/hand-out.ts'
import { type Bits, hasBit } from '../picker/bits.ts'
import type { PeerConnection } from '../webtorrent/connection.ts'

/** The origin's side of a connection to an agent: tells it which pieces to ask for. */
export class RecipientLink {
  readonly #connection: PeerConnection
  readonly #handOut: HandOut
  readonly #clock: Clock
  readonly #pieceCount: number
  readonly #recipient: Recipient

  constructor(
    connection: PeerConnection,
    handOut: HandOut,
    { clock, pieceCount }: { clock: Clock; pieceCount: number },
  ) {
    this.#connection = connection
    this.#handOut = handOut
    this.#clock = clock
    this.#pieceCount = pieceCount
    this.#recipient = handOut.join(clock.now())
  }

  hasPieces(pieces: Bits | 'all'): void {
    for (let piece = 0; piece < this.#pieceCount; piece += 1) {
      if (pieces === 'all' || hasBit(pieces, piece)) this.#handOut.addPiece(this.#recipient, piece)
    }
  }

  hasPiece(piece: number): void {
    this.#handOut.addPiece(this.#recipient, piece)
    this.handMore()
  }

  wants(pieces: Bits): void {
    this.#handOut.setWanted(this.#recipient, pieces)
    this.handMore()
  }

  asked(piece: number, bytes: number): void {
    this.#handOut.asked(this.#recipient, piece, bytes)
    this.handMore()
  }

  handMore(): void {
    const offer = this.#handOut.next(this.#recipient, this.#clock.now())
    if (offer !== undefined) this.#connection.handOut(offer)
  }

  close(): void {
    this.#handOut.leave(this.#recipient)
  }
}
