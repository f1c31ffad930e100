import type { Wire } from 'webtorrent'
import type { Offer } from '../distribution/hand-out.ts'
import type { Bits } from '../picker/bits.ts'

/** Our extension of the peer protocol (BEP 10): docs/formats-and-protocol.md describes its messages. */
const extensionName = 'repocast'

const kinds = { wants: 0, handsOut: 1, claims: 2 }

export interface SteeringListener {
  /** The peer wants exactly these pieces. */
  wants(pieces: Bits): void
  /** The peer is an origin and may be asked for this from now on. */
  handsOut(offer: Offer): void
  /** The peer is of our site and is fetching these pieces from elsewhere. */
  claims(pieces: readonly number[]): void
}

/** Speaks our extension over one connection. */
export class Steering {
  readonly #wire: Wire
  #listener: SteeringListener | undefined
  /** What came before somebody listened. */
  readonly #early: Uint8Array[] = []

  constructor(wire: Wire) {
    this.#wire = wire
    const receive = (message: Uint8Array) => this.#receive(message)
    class Extension {
      onMessage(message: Uint8Array): void {
        receive(message)
      }
    }
    Object.assign(Extension.prototype, { name: extensionName })
    wire.use(Extension)
  }

  listen(listener: SteeringListener): void {
    this.#listener = listener
    for (const message of this.#early.splice(0)) this.#receive(message)
  }

  get isUnderstood(): boolean {
    return this.#wire.peerExtendedMapping[extensionName] !== undefined
  }

  tellWanted(pieces: Bits): void {
    this.#send(kinds.wants, pieces)
  }

  handOut({ pieces, freeChoices }: Offer): void {
    this.#send(kinds.handsOut, bytesOf([freeChoices, ...pieces]))
  }

  claim(pieces: readonly number[]): void {
    this.#send(kinds.claims, bytesOf(pieces))
  }

  #send(kind: number, content: Uint8Array): void {
    if (this.isUnderstood) this.#wire.extended(extensionName, Buffer.concat([Buffer.of(kind), content]))
  }

  #receive(message: Uint8Array): void {
    if (this.#listener === undefined) {
      if (this.#early.length < 16) this.#early.push(Uint8Array.from(message))
      return
    }
    const content = message.subarray(1)
    if (message[0] === kinds.wants) this.#listener.wants(Uint8Array.from(content))
    if (message[0] === kinds.claims) this.#listener.claims(numbersOf(content))
    // kinds that a later version adds are passed over
    if (message[0] !== kinds.handsOut) return
    const [freeChoices = 0, ...pieces] = numbersOf(content)
    this.#listener.handsOut({ freeChoices, pieces })
  }
}

function bytesOf(numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length)
  for (const [k, number] of numbers.entries()) bytes.writeUInt32BE(number, 4 * k)
  return bytes
}

function numbersOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, k) => view.getUint32(4 * k))
}
