/** What we use of bittorrent-dht 11.0. Underscored names: see docs/decisions/webtorrent-seams.md. */
declare module 'bittorrent-dht' {
  import type { EventEmitter } from 'node:events'

  export interface Node {
    readonly host: string
    readonly port: number
  }

  /** Where peers lie that were announced to us, six bytes each, by info-hash in hexadecimal. */
  export interface PeerRecords {
    add(infoHash: string, peer: Buffer): void
    get(infoHash: string, most?: number): Buffer[]
    destroy(): void
  }

  export interface DhtOptions {
    /** In place of a socket of dgram. */
    socket: EventEmitter
    bootstrap: false
    maxTables: number
    maxValues: number
  }

  export class Client extends EventEmitter {
    constructor(options: DhtOptions)
    readonly nodeId: Buffer
    readonly nodes: { count(): number }
    readonly _peers: PeerRecords
    addNode(node: Node): void
    lookup(infoHash: string | Buffer, done: (error: Error | null) => void): void
    announce(infoHash: string, port: number, done: (error: Error | null) => void): void
    toJSON(): { nodes: Node[] }
    destroy(done: () => void): void
  }
}
