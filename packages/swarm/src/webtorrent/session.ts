import type { Pack } from '@repocast/packs'
import type { Torrent, Wire } from 'webtorrent'
import type { Budget } from '../limits/budget.ts'
import { PeerConnection } from './connection.ts'
import { rc4Method } from './encryption.ts'
import type { ReadPiece } from './read-ahead.ts'
import { guardWire, introduceAgain, markHeld, offerMetadata, takeNamedPeers, takeOver } from './seams.ts'
import type { BlockRequest } from './upload-queue.ts'
import { serveUploads } from './uploads.ts'

/** Who opens a session is told of its peers and of its end. */
export interface SessionOwner {
  /** @returns whether the connection is kept */
  connected(connection: PeerConnection): boolean
  /** A peer names another one, at `address` (`host:port`). */
  named(address: string, isSeeder: boolean): void
  misbehaved(connection: PeerConnection, what: string, cause: unknown): void
  failed(error: Error): void
}

export interface SessionOptions {
  readonly pack: Pack
  readonly role: 'origin' | 'mirror'
  /** Name of our site, '' for none. */
  readonly site: string
  /** Whether peers that do not encrypt are hung up on. */
  readonly mustEncrypt: boolean
  readonly requestQueue: number
  /** What its uploads draw on. */
  readonly uploads: Budget
  /** Whether nothing is wanted now. */
  readonly isUploadOnly: () => boolean
  readonly read: ReadPiece
  readonly owner: SessionOwner
}

/** Besides a whole bitfield, the longest message is a block or a part of the metadata with what stands around it. */
const longestMessageBytes = 64 * 1024

/** Blocks of more than this are not served (BEP 3 speaks of 16 KiB; webtorrent cuts at the same length). */
const longestBlockBytes = 128 * 1024

/** One pack that is open in webtorrent. */
export class Session {
  readonly #torrent: Torrent
  readonly #options: SessionOptions
  readonly #listenPort: number
  readonly #connections = new Set<PeerConnection>()

  constructor(torrent: Torrent, listenPort: number, options: SessionOptions) {
    this.#torrent = torrent
    this.#listenPort = listenPort
    this.#options = options
    takeOver(torrent)
    torrent.on('wire', (wire: Wire) => {
      try {
        this.#accept(wire)
      } catch (error) {
        // webtorrent calls this in an async function: what leaves it ends the process
        wire.destroy()
        options.owner.failed(error instanceof Error ? error : new Error(String(error)))
      }
    })
    torrent.on('error', (error: Error) => options.owner.failed(error))
  }

  /** @throws the error that ended the torrent before it was ready */
  async untilReady(): Promise<this> {
    const torrent = this.#torrent
    if (torrent.ready) return this
    await new Promise<void>((resolve, reject) => {
      torrent.once('ready', resolve)
      torrent.once('error', reject)
      torrent.once('close', () => reject(new Error('closed while it was opened')))
    })
    return this
  }

  get torrent(): Torrent {
    return this.#torrent
  }

  get connections(): ReadonlySet<PeerConnection> {
    return this.#connections
  }

  /** Connects to `host:port`, now or when a connection is free. */
  connect(address: string): void {
    if (!this.#torrent.destroyed) this.#torrent.addPeer(address)
  }

  /** Serves `piece` from now on and tells all peers. */
  announcePiece(piece: number): void {
    if (this.#torrent.destroyed) return
    markHeld(this.#torrent, piece)
    for (const wire of this.#torrent.wires) wire.have(piece)
  }

  /** Tells all peers whether something is wanted now. */
  tellUploadOnly(): void {
    if (this.#torrent.destroyed) return
    for (const wire of this.#torrent.wires) {
      Object.assign(wire.extendedHandshake, this.#uploadOnly)
      introduceAgain(wire)
    }
  }

  /** As BEP 21 says it. */
  get #uploadOnly(): { readonly upload_only: 0 | 1 } {
    return { upload_only: this.#options.isUploadOnly() ? 1 : 0 }
  }

  close(): Promise<void> {
    return new Promise(resolve => {
      if (this.#torrent.destroyed) resolve()
      else this.#torrent.destroy({}, () => resolve())
    })
  }

  #accept(wire: Wire): void {
    const { pack, mustEncrypt, requestQueue, uploads, owner, role, site, read } = this.#options
    const { direct: stream } = wire
    if (stream === undefined) throw new Error('a connection was not joined directly')
    const connection = new PeerConnection(this.#torrent, wire, stream)
    guardWire(wire, {
      maxMessageBytes: longestMessageBytes + Math.ceil(pack.pieceCount / 8),
      onViolation: (what, cause) => owner.misbehaved(connection, what, cause),
    })
    serveUploads(wire, stream, {
      maxRequests: 2 * requestQueue,
      budget: uploads,
      isServable: request => this.#isServable(request),
      read: ({ piece, offset, length }) => read(piece, offset, length),
      onRequest: ({ piece, length }) => connection.asked(piece, length),
      onSent: bytes => connection.sent(bytes),
      onViolation: what => {
        owner.misbehaved(connection, what, undefined)
        wire.destroy()
      },
    })
    offerMetadata(wire, pack.infoBytes)
    takeNamedPeers(wire, (address, isSeeder) => owner.named(address, isSeeder))
    Object.assign(wire.extendedHandshake, {
      v: 'repocast',
      p: this.#listenPort,
      reqq: requestQueue,
      ...this.#uploadOnly,
      repocast: { role, ...(site !== '' && { site }) },
    })
    this.#connections.add(connection)
    wire.once('close', () => this.#connections.delete(connection))
    const isPlain = wire._encryptor?.encryptionMethod !== rc4Method
    if (wire.destroyed || (mustEncrypt && isPlain) || !owner.connected(connection)) connection.drop()
    else connection.whenIntroduced(() => this.#introduce(connection, wire))
  }

  /** Keeps the peers informed of each other, so that they stay together while trackers are away. */
  #introduce(connection: PeerConnection, wire: Wire): void {
    const address = connection.listenAddress
    if (address === undefined) return
    wire.ut_pex?.start()
    const others = () => [...this.#connections].filter(other => other !== connection && !other.isClosed)
    for (const other of others()) {
      other.tellOfPeer(address, connection)
      if (other.listenAddress !== undefined) connection.tellOfPeer(other.listenAddress, other)
    }
    wire.once('close', () => {
      for (const other of others()) other.tellOfLoss(address)
    })
  }

  #isServable({ piece, offset, length }: BlockRequest): boolean {
    const { pack } = this.#options
    if (piece < 0 || piece >= pack.pieceCount || this.#torrent.pieces[piece] !== null) return false
    return offset >= 0 && length > 0 && length <= longestBlockBytes && offset + length <= pack.pieceBytes(piece)
  }
}
