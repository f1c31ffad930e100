import type { WebPeer } from './web-peer.ts'

/** What bittorrent-tracker hands to a swarm. */
export interface WebAnnounce {
  readonly peer_id: string
  readonly event?: string
  readonly left?: number
  readonly numwant: number
  readonly socket?: WebPeer
}

export interface WebSwarmPeer {
  readonly peerId: string
  readonly socket: WebPeer
  isSeeder: boolean
}

export interface WebSwarmAnswer {
  readonly complete: number
  readonly incomplete: number
  readonly peers: readonly WebSwarmPeer[]
}

/** The peers of one torrent that reach each other by WebRTC, by their peer ids; bittorrent-tracker's idea of a swarm. */
export class WebSwarm {
  /** By peer id, in the order in which they came. */
  readonly peers = new Map<string, WebSwarmPeer>()
  readonly #random: () => number
  readonly #maxPeers: number
  readonly #list: WebSwarmPeer[] = []
  readonly #places = new Map<string, number>()
  #seeders = 0

  constructor(random: () => number, maxPeers: number) {
    this.#random = random
    this.#maxPeers = maxPeers
  }

  get seeders(): number {
    return this.#seeders
  }

  get leechers(): number {
    return this.#list.length - this.#seeders
  }

  announce(params: WebAnnounce, done?: (error: Error | null, answer?: WebSwarmAnswer) => void): void {
    const { peer_id: peerId, event, socket } = params
    const known = this.peers.get(peerId)
    if (known && socket && known.socket !== socket) {
      done?.(new Error('somebody else has that peer_id'))
      return
    }
    if (event === 'stopped') this.#remove(peerId)
    else if (socket) this.#put(peerId, socket, params.left)
    done?.(null, {
      complete: this.seeders,
      incomplete: this.leechers,
      peers: event === 'stopped' ? [] : this.#choose(params),
    })
  }

  scrape(_params: object, done: (error: null, answer: object) => void): void {
    done(null, { complete: this.seeders, incomplete: this.leechers })
  }

  #put(peerId: string, socket: WebPeer, left: number | undefined): void {
    const known = this.peers.get(peerId)
    const isSeeder = left === 0
    if (known) {
      // An answer to an offer does not say what is left.
      if (left === undefined || left === Number.POSITIVE_INFINITY) return
      this.#seeders += Number(isSeeder) - Number(known.isSeeder)
      known.isSeeder = isSeeder
    } else if (this.#list.length < this.#maxPeers) {
      const peer = { peerId, socket, isSeeder }
      this.peers.set(peerId, peer)
      this.#places.set(peerId, this.#list.length)
      this.#list.push(peer)
      this.#seeders += Number(isSeeder)
    }
  }

  #remove(peerId: string): void {
    const place = this.#places.get(peerId)
    const peer = this.peers.get(peerId)
    if (place === undefined || peer === undefined) return
    this.#seeders -= Number(peer.isSeeder)
    this.peers.delete(peerId)
    this.#places.delete(peerId)
    const last = this.#list.pop()
    if (last === undefined || last === peer) return
    this.#list[place] = last
    this.#places.set(last.peerId, place)
  }

  /** Neighbours from a random place on; seeders get leechers only. */
  #choose({ peer_id: own, left, numwant }: WebAnnounce): WebSwarmPeer[] {
    const chosen: WebSwarmPeer[] = []
    const start = Math.floor(this.#random() * this.#list.length)
    const looks = Math.min(this.#list.length, numwant * 8)
    for (let k = 0; k < looks && chosen.length < numwant; k += 1) {
      const peer = this.#list[(start + k) % this.#list.length]
      if (peer && peer.peerId !== own && !(left === 0 && peer.isSeeder)) chosen.push(peer)
    }
    return chosen
  }
}
