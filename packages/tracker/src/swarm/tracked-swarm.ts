import type { Address } from '../address/address.ts'
import { type Announcement, type ChosenPeers, isUploadOnly } from './announcement.ts'
import { type PeerKind, type PeerState, PeerTable } from './peer-table.ts'

/** What was counted of a swarm, ever. */
export interface SwarmTotals {
  completed: number
  /** Bytes, as peers said. */
  uploaded: number
  downloaded: number
}

export interface SwarmLimits {
  readonly maxPeersPerSwarm: number
  /** Of one host in one swarm. */
  readonly maxPeersPerAddress: number
}

/** The peers of one torrent, by address and port, so that nobody can speak for another. */
export class TrackedSwarm {
  readonly infoHash: string
  readonly totals: SwarmTotals
  readonly #limits: SwarmLimits
  readonly #seed: number
  #ipv4: PeerTable | undefined
  #ipv6: PeerTable | undefined

  constructor(infoHash: string, totals: SwarmTotals, limits: SwarmLimits, seed: number) {
    this.infoHash = infoHash
    this.totals = totals
    this.#limits = limits
    this.#seed = seed
  }

  get peers(): number {
    return (this.#ipv4?.count ?? 0) + (this.#ipv6?.count ?? 0)
  }

  get leechers(): number {
    return (this.#ipv4?.leechers ?? 0) + (this.#ipv6?.leechers ?? 0)
  }

  get partialSeeds(): number {
    return (this.#ipv4?.partialSeeds ?? 0) + (this.#ipv6?.partialSeeds ?? 0)
  }

  get seeders(): number {
    return this.peers - this.leechers - this.partialSeeds
  }

  /** The tables that there are, for keeping. */
  get tables(): { readonly ipv4: PeerTable | undefined; readonly ipv6: PeerTable | undefined } {
    return { ipv4: this.#ipv4, ipv6: this.#ipv6 }
  }

  /** Puts peers back that were kept. */
  restore(addressBytes: 4 | 16, records: Uint8Array, leechers: number): void {
    this.#table(addressBytes).restore(records, leechers)
  }

  /** Takes an announce in. Whoever has no room (`mayAdd` or a limit says so) is not remembered. `expires` in seconds. */
  announce(announcement: Announcement, expires: number, mayAdd: boolean): void {
    const { address, port, event, uploaded, downloaded } = announcement
    const table = this.#table(address.length)
    const place = table.find(address, port)
    const known = place < 0 ? undefined : table.state(place)
    this.#count(announcement, known)
    const state = { kind: kindOf(announcement), expires, uploaded, downloaded }
    if (event === 'stopped') {
      if (known) table.remove(place)
    } else if (known) table.update(place, state)
    else if (mayAdd && this.#hasRoom(table, address)) table.add(address, port, state)
  }

  /**
   * Others for whoever announced, at random: seeders and partial seeds get leechers only, for they have nothing to say to
   * each other; leechers get both, so that they find the content and share it. First those of its own family of addresses, then as
   * many of the other one as are still wanted.
   */
  choose(announcement: Announcement, random: () => number): ChosenPeers {
    const { address, wanted } = announcement
    const isIpv4 = address.length === 4
    const own = chooseOf(isIpv4 ? this.#ipv4 : this.#ipv6, announcement, wanted, random)
    const taken = own.length / (isIpv4 ? 6 : 18)
    const other = chooseOf(isIpv4 ? this.#ipv6 : this.#ipv4, announcement, wanted - taken, random)
    return isIpv4 ? { ipv4: own, ipv6: other } : { ipv4: other, ipv6: own }
  }

  /** Drops peers that expired before `now` (seconds since 1970); how many. */
  expire(now: number): number {
    return (this.#ipv4?.expire(now) ?? 0) + (this.#ipv6?.expire(now) ?? 0)
  }

  #table(addressBytes: number): PeerTable {
    if (addressBytes === 4) {
      this.#ipv4 ??= new PeerTable(4, this.#seed)
      return this.#ipv4
    }
    this.#ipv6 ??= new PeerTable(16, this.#seed)
    return this.#ipv6
  }

  #hasRoom(table: PeerTable, address: Address): boolean {
    const { maxPeersPerSwarm, maxPeersPerAddress } = this.#limits
    return this.peers < maxPeersPerSwarm && table.countOfHost(address) < maxPeersPerAddress
  }

  #count({ event, uploaded, downloaded, left }: Announcement, known: PeerState | undefined): void {
    if (event === 'completed' && left === 0 && known && known.kind !== 'seeder') this.totals.completed += 1
    if (!known || event === 'started') return
    // A peer that has restarted counts from zero again.
    this.totals.uploaded = addGain(this.totals.uploaded, uploaded - known.uploaded)
    this.totals.downloaded = addGain(this.totals.downloaded, downloaded - known.downloaded)
  }
}

function kindOf(announcement: Announcement): PeerKind {
  if (announcement.left === 0) return 'seeder'
  return isUploadOnly(announcement) ? 'partial-seed' : 'leecher'
}

const nobody = new Uint8Array(0)

function chooseOf(
  table: PeerTable | undefined,
  announcement: Announcement,
  wanted: number,
  random: () => number,
): Uint8Array {
  if (table === undefined || table.count === 0 || wanted <= 0) return nobody
  const { address, port } = announcement
  const except = table.compactBytes === address.length + 2 ? table.find(address, port) : -1
  const otherLeechers = table.leechers - (except >= 0 && except < table.leechers ? 1 : 0)
  const seeders = isUploadOnly(announcement) ? 0 : seedersOf(wanted, table.count - table.leechers, otherLeechers)
  const target = new Uint8Array(Math.min(wanted, table.count) * table.compactBytes)
  const fromSeeders = table.sample(
    { from: table.leechers, to: table.count, except, wanted: seeders },
    random,
    target,
    0,
  )
  const fromLeechers = table.sample(
    { from: 0, to: table.leechers, except, wanted: wanted - fromSeeders },
    random,
    target,
    fromSeeders * table.compactBytes,
  )
  return target.subarray(0, (fromSeeders + fromLeechers) * table.compactBytes)
}

/** How many of those that a leecher gets are seeders, whole or partial: by their share, but a quarter of each kind where there are such. */
export function seedersOf(wanted: number, seeders: number, leechers: number): number {
  const share = Math.round((wanted * seeders) / Math.max(1, seeders + leechers))
  const quarter = Math.floor(wanted / 4)
  const balanced = Math.min(Math.max(share, quarter), wanted - quarter)
  // Where one kind is too few, the other fills up.
  return Math.min(seeders, Math.max(balanced, wanted - leechers))
}

/** No honest peer moves more bytes than this between two announces. */
const maxGainBytes = 2 ** 44

/** Sums what peers say without letting one of them spoil the sum. */
function addGain(total: number, gain: number): number {
  return gain > 0 && gain <= maxGainBytes ? Math.min(Number.MAX_SAFE_INTEGER, total + gain) : total
}
