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

/** What an announce is answered with. */
export interface AnnounceResult {
  readonly intervalSeconds: number
  readonly seeders: number
  readonly leechers: number
  readonly peers: readonly PeerAddress[]
}

/** What is known of a swarm. */
export interface SwarmStatistics {
  /** Hexadecimal. */
  readonly infoHash: string
  readonly seeders: number
  readonly leechers: number
  /** Downloads that were finished, ever. */
  readonly completed: number
  /** Bytes, as peers said, ever. */
  readonly uploadedBytes: number
  readonly downloadedBytes: number
}

/** What the transports ask of the tracker. */
export interface AnnounceHandler {
  /** Takes an announce in and chooses peers; undefined when the torrent is not tracked here. */
  announce(announcement: Announcement): AnnounceResult | undefined
  /** What a swarm has; zeros for one that is not tracked. */
  scrape(infoHash: string): SwarmStatistics
}
