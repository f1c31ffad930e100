import type { Announcement, PeerAddress } from './announcement.ts'

interface TrackedPeer extends PeerAddress {
  isSeeder: boolean
  /** Milliseconds of the clock. */
  lastSeen: number
  uploaded: number
  downloaded: number
}

/** What was counted of a swarm, ever. */
export interface SwarmTotals {
  completed: number
  /** Bytes, as peers said. */
  uploaded: number
  downloaded: number
}

/** The peers of one torrent. Choosing some of them at random costs by what is chosen, not by what is there. */
export class TrackedSwarm {
  readonly totals: SwarmTotals
  readonly #maxPeers: number
  readonly #peers: TrackedPeer[] = []
  readonly #indexes = new Map<string, number>()
  #seeders = 0

  constructor(totals: SwarmTotals, maxPeers: number) {
    this.totals = totals
    this.#maxPeers = maxPeers
  }

  get seeders(): number {
    return this.#seeders
  }

  get leechers(): number {
    return this.#peers.length - this.#seeders
  }

  /** Takes an announce in. A peer is known by its address and port, so nobody can speak for another. */
  announce(announcement: Announcement, now: number): void {
    const name = `${announcement.address} ${announcement.port}`
    const known = this.#peers[this.#indexes.get(name) ?? -1]
    this.#count(announcement, known)
    if (announcement.event === 'stopped') this.#remove(name)
    else if (known) this.#update(known, announcement, now)
    else if (this.#peers.length < this.#maxPeers) this.#add(name, announcement, now)
  }

  /**
   * Other peers for whoever announced, picked at random: seeders get leechers only, for they have nothing to say to
   * each other.
   */
  choose({ address, port, left, wanted }: Announcement, random: () => number): PeerAddress[] {
    const chosen: PeerAddress[] = []
    const start = Math.floor(random() * this.#peers.length)
    // A stride that has no divisor in common with the number of peers visits each of them once.
    const stride = coprimeStride(this.#peers.length, random)
    for (let k = 0; k < this.#peers.length && chosen.length < wanted; k += 1) {
      const peer = this.#peers[(start + k * stride) % this.#peers.length]
      if (!peer || (left === 0 && peer.isSeeder) || (peer.ip === address && peer.port === port)) continue
      chosen.push(peer)
    }
    return chosen
  }

  /** Drops peers that were last seen before `deadline`. */
  expire(deadline: number): void {
    for (let k = this.#peers.length - 1; k >= 0; k -= 1) {
      const peer = this.#peers[k]
      if (peer && peer.lastSeen < deadline) this.#remove(`${peer.ip} ${peer.port}`)
    }
  }

  #count({ event, uploaded, downloaded, left }: Announcement, known: TrackedPeer | undefined): void {
    if (event === 'completed' && left === 0 && known && !known.isSeeder) this.totals.completed += 1
    if (!known || event === 'started') return
    // A peer that has restarted counts from zero again.
    this.totals.uploaded = addGain(this.totals.uploaded, uploaded - known.uploaded)
    this.totals.downloaded = addGain(this.totals.downloaded, downloaded - known.downloaded)
  }

  #add(name: string, { peerId, address, port, left, uploaded, downloaded }: Announcement, now: number): void {
    this.#indexes.set(name, this.#peers.length)
    this.#peers.push({ peerId, ip: address, port, isSeeder: left === 0, lastSeen: now, uploaded, downloaded })
    if (left === 0) this.#seeders += 1
  }

  #update(peer: TrackedPeer, { left, uploaded, downloaded }: Announcement, now: number): void {
    this.#seeders += Number(left === 0) - Number(peer.isSeeder)
    Object.assign(peer, { isSeeder: left === 0, lastSeen: now, uploaded, downloaded })
  }

  #remove(name: string): void {
    const index = this.#indexes.get(name)
    const peer = index === undefined ? undefined : this.#peers[index]
    if (index === undefined || peer === undefined) return
    if (peer.isSeeder) this.#seeders -= 1
    this.#indexes.delete(name)
    const last = this.#peers.pop()
    if (last === undefined || last === peer) return
    this.#peers[index] = last
    this.#indexes.set(`${last.ip} ${last.port}`, index)
  }
}

/** No honest peer moves more bytes than this between two announces. */
const maxGainBytes = 2 ** 44

/** Sums what peers say without letting one of them spoil the sum. */
function addGain(total: number, gain: number): number {
  return gain > 0 && gain <= maxGainBytes ? Math.min(Number.MAX_SAFE_INTEGER, total + gain) : total
}

function coprimeStride(count: number, random: () => number): number {
  for (let tries = 0; tries < 16; tries += 1) {
    const stride = 1 + Math.floor(random() * count)
    if (greatestCommonDivisor(stride, count) === 1) return stride
  }
  return 1
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
