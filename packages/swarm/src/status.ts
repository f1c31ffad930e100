import type { InfoHash } from '@repocast/objects'
import type { SourceKind } from './picker/peer.ts'
import type { TrafficCounts } from './transfer/traffic.ts'

/** Bytes per second. */
export interface Rates {
  readonly downloadRate: number
  readonly uploadRate: number
}

/** What is going on with one pack. */
export interface PackStatus extends TrafficCounts, Rates {
  readonly infoHash: InfoHash
  readonly name: string
  /** Whether it is open in webtorrent; else it is announced only, and opened when a peer asks for it. */
  readonly isOpen: boolean
  /** Whether the storage refused a piece and nothing is asked for until `resume`. */
  readonly isPaused: boolean
  readonly pieceCount: number
  readonly heldPieces: number
  /** Wanted and not here yet. */
  readonly missingPieces: number
  readonly missingBytes: number
  /** Connected peers. */
  readonly peers: number
  /** Those of them that have the whole pack. */
  readonly seeders: number
}

/** The sum over all packs. */
export interface SwarmStatus extends TrafficCounts, Rates {
  readonly packs: number
  readonly openPacks: number
  readonly peers: number
  readonly missingBytes: number
  /** Nodes of the DHT that are known; undefined when it is not joined. */
  readonly dhtNodes: number | undefined
}

/** One connection. */
export interface PeerStatus extends Rates {
  readonly infoHash: InfoHash
  /** 20 bytes in hexadecimal. */
  readonly peerId: string
  /** `host:port`; where it listens, if that is known. */
  readonly address: string
  /** Its name for itself. */
  readonly client: string
  readonly role: SourceKind
  readonly isIncoming: boolean
  readonly isSeeder: boolean
  readonly downloadedBytes: number
  readonly uploadedBytes: number
}
