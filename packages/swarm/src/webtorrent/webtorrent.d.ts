/** What we use of webtorrent 3.0 and, through it, of bittorrent-protocol 5.0. Underscored names: see seams.ts. */
declare module 'webtorrent' {
  import type { EventEmitter } from 'node:events'
  import type { Server, Socket } from 'node:net'

  export interface Wire extends EventEmitter {
    readonly peerId: string
    readonly type: string
    readonly remoteAddress?: string
    readonly remotePort?: number
    readonly destroyed: boolean
    readonly amInterested: boolean
    readonly amChoking: boolean
    readonly peerChoking: boolean
    readonly peerInterested: boolean
    readonly hasFast: boolean
    readonly downloaded: number
    readonly peerExtendedMapping: Readonly<Record<string, number>>
    readonly peerPieces: { readonly buffer: Uint8Array; get(piece: number): boolean }
    extendedHandshake: Record<string, unknown>
    readonly peerExtendedHandshake: Record<string, unknown>
    /** Ours: set by `joinDirectly`. */
    direct?: import('./direct-stream.ts').DirectStream
    use(extension: new (wire: Wire) => { onMessage(message: Uint8Array): void }): void
    extended(name: string | number, message: unknown): void
    cancel(piece: number, offset: number, length: number): void
    reject(piece: number, offset: number, length: number): void
    unchoke(): void
    interested(): void
    uninterested(): void
    have(piece: number): void
    destroy(): void
    readonly ut_metadata: EventEmitter & { metadata: Uint8Array; _metadataSize: number; _metadataComplete: boolean }
    readonly ut_pex?: EventEmitter & {
      addPeer(address: string, flags: { readonly isSender: boolean }): void
      addPeer6(address: string, flags: { readonly isSender: boolean }): void
      dropPeer(address: string): void
      dropPeer6(address: string): void
      _sendMessage(): void
      start(): void
    }
    readonly lt_donthave: EventEmitter
    readonly _extendedHandshakeSent: boolean
    _sendExtendedHandshake(): void
    readonly _parserSize: number
    readonly _finished: boolean
    readonly _buffer: readonly Uint8Array[]
    readonly _bufferSize: number
    /** Null where encryption is off. */
    readonly _encryptor: {
      readonly encryptionMethod: number | null
      readonly _isEncrypted: boolean
      readonly decryptCipher: ((bytes: Uint8Array) => Uint8Array) | null
      _dh: object | null
      encrypt(bytes: Uint8Array): Uint8Array
      decrypt(bytes: Uint8Array): Uint8Array
    } | null
    setInfoHash(infoHash: string): void
    _write(bytes: Uint8Array, done: () => void): void
    write(bytes: Uint8Array): boolean
    _parse(size: number, parser: (bytes: Uint8Array) => void): void
    _processBuffer(): void
    _onRequest(piece: number, offset: number, length: number): void
    _onCancel(piece: number, offset: number, length: number): void
  }

  import type Peer from 'webtorrent/lib/peer.js'

  export type { Peer }

  export interface Torrent extends EventEmitter {
    readonly infoHash: string
    readonly ready: boolean
    readonly destroyed: boolean
    readonly wires: readonly Wire[]
    readonly pieces: readonly (object | null)[]
    addPeer(address: string): boolean
    destroy(options: object, done?: (error?: Error) => void): void
    readonly bitfield: { get(piece: number): boolean }
    readonly _peers: ReadonlyMap<string, Peer> | null
    _drain(): void
    _markVerified(piece: number): void
    _verifyPieces(done: (error?: Error) => void): void
    _update(): void
    _updateWireInterest(wire: Wire): void
  }

  export interface ChunkStore {
    readonly chunkLength: number
    get(
      piece: number,
      range: { offset?: number; length?: number } | null,
      done: (error: Error | null, bytes?: Uint8Array) => void,
    ): void
    put(piece: number, bytes: Uint8Array, done: (error: Error | null) => void): void
    close(done: (error: Error | null) => void): void
    destroy(done: (error: Error | null) => void): void
  }

  export interface ClientOptions {
    peerId?: string
    torrentPort: number | { port: number; host: string }
    tracker: false
    dht: false
    lsd: false
    utPex: boolean
    natUpnp: false
    natPmp: false
    utp: false
    webSeeds: false
    secure: 0
    maxConns: number
    uploadLimit: -1
    downloadLimit: -1
  }

  export interface TorrentOptions {
    preloadedStore: ChunkStore
    storeCacheSlots: 0
    bitfield: Uint8Array
    deselect: true
    uploads: number
    alwaysChokeSeeders: false
    private: boolean
  }

  export default class WebTorrent extends EventEmitter {
    constructor(options: ClientOptions)
    readonly peerId: string
    readonly torrentPort: number
    readonly destroyed: boolean
    get(infoHash: string): Promise<Torrent | null>
    add(torrent: object, options: TorrentOptions): Torrent
    destroy(done: (error?: Error) => void): void
    readonly _connPool: {
      readonly tcpServer: Server
      readonly _onTCPError: (error: Error) => void
      readonly _onTCPConnectionBound: (socket: Socket) => void
    } | null
  }
}

declare module 'webtorrent/lib/peer.js' {
  import type { Socket } from 'node:net'
  import type { Wire } from 'webtorrent'

  export default class Peer {
    readonly wire: Wire | null
    readonly conn: Socket | null
    readonly type: string
    secure: number
    retries: number
    onConnect(): void
    setThrottlePipes(): void
  }
}
