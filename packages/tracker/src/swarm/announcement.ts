/** An announce that was parsed, from whatever transport (BEP 3, BEP 15). */
export interface Announcement {
  /** Hexadecimal, 40 digits. */
  readonly infoHash: string
  /** Hexadecimal, 40 digits. */
  readonly peerId: string
  readonly address: string
  readonly port: number
  readonly event: 'started' | 'stopped' | 'completed' | 'update'
  /** Bytes that the peer still wants; Infinity when it does not say. */
  readonly left: number
  /** Bytes since the peer's `started`. */
  readonly uploaded: number
  readonly downloaded: number
  /** Peers that it asks for. */
  readonly wanted: number
}

/** What a peer is told of another. */
export interface PeerAddress {
  readonly peerId: string
  readonly ip: string
  readonly port: number
}
