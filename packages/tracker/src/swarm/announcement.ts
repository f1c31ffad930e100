import type { Address } from '../address/address.ts'

/** An announce that was parsed, from whatever transport (BEP 3, BEP 15). */
export interface Announcement {
  /** Hexadecimal, 40 digits. */
  readonly infoHash: string
  readonly address: Address
  readonly port: number
  readonly event: AnnounceEvent
  /** Bytes that the peer still wants; Infinity when it does not say. */
  readonly left: number
  /** Bytes since the peer's `started`. */
  readonly uploaded: number
  readonly downloaded: number
  /** Peers that it asks for. */
  readonly wanted: number
}

/** `paused`: it has all that it wants, not all that there is (BEP 21). */
export type AnnounceEvent = 'started' | 'stopped' | 'completed' | 'paused' | 'update'

/** What an announce is answered with. */
export interface AnnounceResult {
  readonly intervalSeconds: number
  /** It may ask again after so many seconds if it lacks peers. */
  readonly minIntervalSeconds: number
  readonly seeders: number
  /** Peers that have not all, and want nothing more. */
  readonly partialSeeds: number
  readonly leechers: number
  /** Downloads that were finished, ever. */
  readonly completed: number
  readonly peers: ChosenPeers
}

/** Peers in the compact form of BEP 23 and BEP 7: address and port, big endian. */
export interface ChosenPeers {
  /** 6 bytes each. */
  readonly ipv4: Uint8Array
  /** 18 bytes each. */
  readonly ipv6: Uint8Array
}

/** Why an announce has no result: the torrent is not tracked here; there is no room for another swarm. */
export type AnnounceRefusal = 'unknown' | 'full'

/** What is known of a swarm. */
export interface SwarmStatistics {
  /** Hexadecimal. */
  readonly infoHash: string
  readonly seeders: number
  /** Peers that have not all, and want nothing more. */
  readonly partialSeeds: number
  readonly leechers: number
  /** Downloads that were finished, ever. */
  readonly completed: number
  /** Bytes, as peers said, ever. */
  readonly uploadedBytes: number
  readonly downloadedBytes: number
}

export type Transport = 'http' | 'udp' | 'web'

/** Whether a peer fetches nothing: a seeder or a partial seed. */
export function isUploadOnly({ left, event }: Pick<Announcement, 'left' | 'event'>): boolean {
  return left === 0 || event === 'paused'
}

/** What the transports ask of the tracker. */
export interface AnnounceHandler {
  /** Whether an address may ask now. Asked once for each request, before anything else is done for it. */
  admit(address: Address, transport: Transport): boolean
  /** Takes an announce in and chooses peers. */
  announce(announcement: Announcement): AnnounceResult | AnnounceRefusal
  /** What a swarm has; zeros for one that is not tracked. */
  scrape(infoHash: string): SwarmStatistics
}

/** What refusals are called in answers. */
export const refusals: Readonly<Record<AnnounceRefusal, string>> = {
  unknown: 'this tracker does not track that torrent',
  full: 'this tracker has no room for another torrent',
}

/** Peers that a client gets that does not say how many it wants, and at most. */
export const defaultPeers = 50
export const maxPeers = 200
