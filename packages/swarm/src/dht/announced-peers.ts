import { type InfoHash, parseInfoHash } from '@repocast/objects'
import type { Clock } from '../clock.ts'
import type { Random } from '../picker/random.ts'

/** An announcement is forgotten after this; clients repeat theirs every 15 to 30 minutes. */
const keptMs = 45 * 60_000
/** Swarms and peers that are remembered for others, at most. */
const mostSwarms = 2000
const mostPeersOfSwarm = 200
/** In one answer, so that it stays below 1,400 bytes. */
const mostInAnswer = 50

export interface AnnouncedPeersOptions {
  readonly clock: Clock
  readonly random: Random
  /** Our own address for who asks about this swarm, six bytes; undefined when we have no part in it, or do not know it. */
  readonly ours: (infoHash: InfoHash) => Buffer | undefined
  /** Whether the swarm has a place also when there are too many. */
  readonly isOurs: (infoHash: InfoHash) => boolean
  /** A peer was announced that was not known, at `host:port`. */
  readonly onNew: (infoHash: InfoHash, address: string) => void
}

/** What others announce to us, for others who ask: the share of the DHT that lies here. Bounded, in memory. */
export class AnnouncedPeers {
  readonly #options: AnnouncedPeersOptions
  /** Until when, by peer in latin1; the oldest first. */
  readonly #swarms = new Map<InfoHash, Map<string, number>>()

  constructor(options: AnnouncedPeersOptions) {
    this.#options = options
  }

  /** @param peer address and port, six bytes */
  add(hex: string, peer: Buffer): void {
    const { clock, isOurs, onNew } = this.#options
    const infoHash = parseInfoHash(hex)
    const swarm = this.#swarms.get(infoHash) ?? new Map<string, number>()
    this.#expire(infoHash, swarm)
    if (swarm.size === 0) {
      if (this.#swarms.size >= mostSwarms) this.#expireAll()
      if (this.#swarms.size >= mostSwarms && !isOurs(infoHash)) return
      this.#swarms.set(infoHash, swarm)
    }
    const key = peer.toString('latin1')
    const isNew = !swarm.delete(key)
    if (swarm.size >= mostPeersOfSwarm) {
      const [oldest = ''] = swarm.keys()
      swarm.delete(oldest)
    }
    swarm.set(key, clock.now() + keptMs)
    if (isNew) onNew(infoHash, `${peer.subarray(0, 4).join('.')}:${peer.readUInt16BE(4)}`)
  }

  /** Some of them, others each time. */
  get(hex: string, most = mostInAnswer): Buffer[] {
    const infoHash = parseInfoHash(hex)
    const { ours, random } = this.#options
    const swarm = this.#swarms.get(infoHash)
    if (swarm !== undefined) this.#expire(infoHash, swarm)
    const peers = [...(swarm?.keys() ?? [])].map(key => Buffer.from(key, 'latin1'))
    const own = ours(infoHash)
    const count = Math.min(peers.length, Math.min(most, mostInAnswer) - (own === undefined ? 0 : 1))
    for (let k = 0; k < count; k += 1) {
      const other = k + Math.floor(random() * (peers.length - k))
      const [a, b] = [peers[k], peers[other]]
      if (a !== undefined && b !== undefined) [peers[k], peers[other]] = [b, a]
    }
    return [...(own === undefined ? [] : [own]), ...peers.slice(0, Math.max(0, count))]
  }

  destroy(): void {
    this.#swarms.clear()
  }

  #expireAll(): void {
    for (const [infoHash, swarm] of this.#swarms) this.#expire(infoHash, swarm)
  }

  #expire(infoHash: InfoHash, swarm: Map<string, number>): void {
    const now = this.#options.clock.now()
    for (const [key, until] of swarm) {
      if (until > now) break
      swarm.delete(key)
    }
    if (swarm.size === 0) this.#swarms.delete(infoHash)
  }
}
