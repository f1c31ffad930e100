import type { Torrent, Wire } from 'webtorrent'
import type { Offer } from '../distribution/hand-out.ts'
import type { Bits } from '../picker/bits.ts'
import type { Block } from '../picker/block.ts'
import type { DirectStream } from './direct-stream.ts'
import { callAgainWhile, dropForGood } from './seams.ts'
import { Steering } from './steering.ts'

/** What a peer does, told to whoever transfers with it. */
export interface ConnectionListener {
  /** The peer said who it is (BEP 10). */
  introduced(): void
  hasPieces(pieces: Bits | 'all'): void
  hasPiece(piece: number): void
  lostPiece(piece: number): void
  unchoked(): void
  /** It forgets what it was asked for. */
  choked(): void
  /** A block came; its bytes are the connection's again when this returns. */
  block(piece: number, offset: number, bytes: Uint8Array): void
  /** It will not send a block that it was asked for. */
  refused(piece: number, offset: number): void
  /** It asks us for `bytes` of `piece`. */
  asked(piece: number, bytes: number): void
  /** It wants exactly these pieces. */
  wants(pieces: Bits): void
  /** It is an origin and may be asked for this from now on. */
  handsOut(offer: Offer): void
  /** It is of our site and is fetching these pieces from elsewhere. */
  claims(pieces: readonly number[]): void
  /** Payload bytes went out to it. */
  sent(bytes: number): void
  closed(): void
}

/** The accepted queue of requests of a peer that does not say (the value of libtorrent). */
const usualRequestQueue = 250

/** A connection to one peer about one pack. */
export class PeerConnection {
  readonly peerId: string
  /** `host:port` of the other end of the connection; for incoming ones not where it listens. */
  readonly address: string
  readonly host: string
  readonly isIncoming: boolean
  readonly #torrent: Torrent
  readonly #wire: Wire
  readonly #stream: DirectStream
  readonly #steering: Steering
  #listener: ConnectionListener | undefined

  constructor(torrent: Torrent, wire: Wire, stream: DirectStream) {
    this.#torrent = torrent
    this.#wire = wire
    this.#stream = stream
    this.#steering = new Steering(wire)
    this.peerId = wire.peerId
    this.host = plainHost(wire.remoteAddress ?? '')
    this.address = joinAddress(this.host, wire.remotePort ?? 0)
    this.isIncoming = wire.type === 'tcpIncoming'
  }

  /** Tells `listener` what the peer does from now on, and what it said already. */
  listen(listener: ConnectionListener): void {
    const wire = this.#wire
    this.#listener = listener
    wire.on('extended', (name: unknown) => {
      if (name === 'handshake') listener.introduced()
    })
    wire.on('bitfield', () => listener.hasPieces(wire.peerPieces.buffer))
    wire.on('have-all', () => listener.hasPieces('all'))
    wire.on('have', (piece: number) => listener.hasPiece(piece))
    wire.lt_donthave.on('donthave', (piece: number) => listener.lostPiece(piece))
    wire.on('unchoke', () => listener.unchoked())
    wire.on('reject', (piece: number, offset: number) => listener.refused(piece, offset))
    wire.on('choke', () => {
      if (!wire.hasFast) listener.choked()
    })
    this.#stream.onBlock = (piece, offset, bytes) => listener.block(piece, offset, bytes)
    wire.once('close', () => listener.closed())
    if (this.#isIntroduced) listener.introduced()
    const { buffer } = wire.peerPieces
    if (buffer.length > 0) listener.hasPieces(buffer)
    else if (wire.peerPieces.get(0)) listener.hasPieces('all')
    this.#steering.listen(listener)
  }

  get isClosed(): boolean {
    return this.#wire.destroyed
  }

  get isChokingUs(): boolean {
    return this.#wire.peerChoking
  }

  get isInterested(): boolean {
    return this.#wire.peerInterested
  }

  /** What the peer says that it is; anybody may claim anything, so only the choice of sources hangs on it. */
  get role(): 'origin' | 'mirror' {
    // one that does not hand out is asked like any peer
    return this.#told('role') === 'origin' && this.#steering.isUnderstood ? 'origin' : 'mirror'
  }

  /** The site that it says it is of, at most 200 characters, '' when it does not say. */
  get site(): string {
    return this.#told('site').slice(0, 200)
  }

  /** Its name and version, at most 64 characters, '' when it does not say. */
  get client(): string {
    return text(this.#wire.peerExtendedHandshake.v).slice(0, 64)
  }

  /** Whether it says that it wants nothing (BEP 21). */
  get isUploadOnly(): boolean {
    return this.#wire.peerExtendedHandshake.upload_only === 1
  }

  /** `host:port` where it accepts connections, undefined when that is not known. */
  get listenAddress(): string | undefined {
    if (!this.isIncoming) return this.address
    const port = this.#wire.peerExtendedHandshake.p
    return isPort(port) ? joinAddress(this.host, port) : undefined
  }

  /** Requests that it accepts at once. */
  get requestQueue(): number {
    const { reqq } = this.#wire.peerExtendedHandshake
    return typeof reqq === 'number' && reqq > 0 ? Math.floor(reqq) : usualRequestQueue
  }

  /** By the session: the peer asks for `bytes` of `piece` and will get them. */
  asked(piece: number, bytes: number): void {
    this.#listener?.asked(piece, bytes)
  }

  /** By the session: `bytes` of payload went out to it. */
  sent(bytes: number): void {
    this.#listener?.sent(bytes)
  }

  /** Tells an origin which pieces are wanted here. */
  tellWanted(pieces: Bits): void {
    this.#steering.tellWanted(pieces)
  }

  /** Tells an agent what it may ask for now. */
  handOut(offer: Offer): void {
    this.#steering.handOut(offer)
  }

  /** Tells a peer of our site what is fetched from elsewhere. */
  claim(pieces: readonly number[]): void {
    this.#steering.claim(pieces)
  }

  /** Asks for these blocks, each of which is answered by `block` or `refused`, or by nothing after `choked`. */
  request(blocks: readonly Block[]): void {
    this.#stream.request(blocks)
  }

  cancel(piece: number, offset: number, length: number): void {
    this.#wire.cancel(piece, offset, length)
  }

  setInterested(isInterested: boolean): void {
    if (isInterested) this.#wire.interested()
    else this.#wire.uninterested()
  }

  /** Tells the peer that `other` can be reached at `address` (BEP 11), with its next such message. */
  tellOfPeer(address: string, other: PeerConnection): void {
    this.#wire.ut_pex?.[isIPv6(address) ? 'addPeer6' : 'addPeer'](address, { isSender: other.isUploadOnly })
  }

  /** Tells it that nobody is at `address` any more. */
  tellOfLoss(address: string): void {
    this.#wire.ut_pex?.[isIPv6(address) ? 'dropPeer6' : 'dropPeer'](address)
  }

  /** Calls `then` once the peer has said who it is. */
  whenIntroduced(then: () => void): void {
    const onExtended = (name: unknown) => {
      if (name !== 'handshake') return
      this.#wire.off('extended', onExtended)
      then()
    }
    if (this.#isIntroduced) then()
    else this.#wire.on('extended', onExtended)
  }

  /** What it says of itself in our part of the handshake. */
  #told(key: 'role' | 'site'): string {
    const ours = this.#wire.peerExtendedHandshake.repocast
    return typeof ours === 'object' && ours !== null ? text((ours as Record<string, unknown>)[key]) : ''
  }

  get #isIntroduced(): boolean {
    return Object.keys(this.#wire.peerExtendedHandshake).length > 0
  }

  /** When it ends without `drop`, the peer is called again, while `isWorthIt`. */
  callAgainWhile(isWorthIt: () => boolean): void {
    callAgainWhile(this.#torrent, this.#wire, isWorthIt)
  }

  /** Closes it; webtorrent does not connect again by itself. */
  drop(): void {
    dropForGood(this.#torrent, this.#wire)
  }
}

function isIPv6(address: string): boolean {
  return address.startsWith('[')
}

/** `host:port`, with brackets where the host is an IPv6 address. */
export function joinAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** An IPv4 address as itself when the socket shows it mapped into IPv6. */
export function plainHost(host: string): string {
  return host.replace(/^::ffff:(?=\d+\.)/, '')
}

function text(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1')
  return typeof value === 'string' ? value : ''
}

function isPort(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 65_536
}
