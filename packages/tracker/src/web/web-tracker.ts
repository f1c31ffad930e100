import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { describeError, type Logger } from '@repocast/errors'
import Server from 'bittorrent-tracker/server'
import { type Address, formatAddress } from '../address/address.ts'
import { refusals } from '../swarm/announcement.ts'
import { WebPeer } from './web-peer.ts'
import { WebSwarm } from './web-swarm.ts'

export interface WebTrackerOptions {
  readonly isAllowed: (infoHash: string) => boolean
  /** Whether an address may send one more message. */
  readonly admit: (address: Address) => boolean
  readonly random: () => number
  readonly logger: Logger
  readonly intervalSeconds: number
  readonly maxConnections: number
  /** Of one address, or one IPv6 network of 64 bits. */
  readonly maxConnectionsPerAddress: number
}

/** Longest message: an announce with offers for ten peers is some 30 kB. */
const maxMessageBytes = 256 * 1024
const lookMilliseconds = 30_000

/**
 * The WebSocket face of a tracker, for browsers and others who speak WebRTC: offers and answers pass from one to the
 * other. bittorrent-tracker reads and forwards the messages. These peers reach only each other, so they are counted
 * apart; they are gone when their connection is.
 */
export class WebTracker {
  readonly #options: WebTrackerOptions
  readonly #server: Server
  readonly #swarms = new Map<string, WebSwarm>()
  readonly #connections = new Map<WebPeer, string>()
  readonly #perAddress = new Map<string, number>()
  readonly #timer: NodeJS.Timeout

  constructor(options: WebTrackerOptions) {
    this.#options = options
    this.#server = new Server({
      http: false,
      udp: false,
      ws: { noServer: true, maxPayload: maxMessageBytes },
      stats: false,
      interval: options.intervalSeconds * 5 * 1000, // it tells a fifth of that to WebSockets
    })
    this.#server.on('error', () => {})
    this.#server.on('warning', () => {}) // The client has been told by a failure reason.
    this.#server.getSwarm = (infoHash, done) =>
      done(null, options.isAllowed(infoHash) ? this.#swarm(infoHash) : undefined)
    this.#server.createSwarm = (_infoHash, done) => done(new Error(refusals.unknown))
    this.#timer = setInterval(() => this.#look(), lookMilliseconds)
    this.#timer.unref()
  }

  get connections(): number {
    return this.#connections.size
  }

  /** Peers of a torrent that came by WebSocket. */
  swarm(infoHash: string): { readonly seeders: number; readonly leechers: number } {
    const { seeders = 0, leechers = 0 } = this.#swarms.get(infoHash) ?? {}
    return { seeders, leechers }
  }

  /** Takes a connection that wants to become a WebSocket; false when there is no room. */
  connect(request: IncomingMessage, socket: Duplex, head: Buffer, address: Address): boolean {
    // A whole network of IPv6 is one address.
    const host = formatAddress(address.length === 4 ? address : Uint8Array.from(address).fill(0, 8))
    const { maxConnections, maxConnectionsPerAddress, admit } = this.#options
    if (this.connections >= maxConnections || (this.#perAddress.get(host) ?? 0) >= maxConnectionsPerAddress)
      return false
    this.#server.ws.handleUpgrade(request, socket, head, opened => {
      const peer = new WebPeer(opened, address, () => admit(address))
      this.#connections.set(peer, host)
      this.#perAddress.set(host, (this.#perAddress.get(host) ?? 0) + 1)
      this.#server.onWebSocketConnection(peer)
      this.#guard(peer)
      peer.on('close', () => this.#forget(peer, host))
    })
    return true
  }

  /** Ends all connections. A server that is being closed waits for them. */
  endConnections(): void {
    for (const peer of this.#connections.keys()) peer.end()
  }

  close(): void {
    clearInterval(this.#timer)
    this.endConnections()
    this.#server.close()
  }

  /** A mistake of bittorrent-tracker over one message ends that connection, not the process. */
  #guard(peer: WebPeer): void {
    const listeners = peer.listeners('message')
    peer.removeAllListeners('message')
    peer.on('message', (text: string) => {
      try {
        for (const listener of listeners) listener.call(peer, text)
      } catch (error) {
        this.#options.logger.warn({ error: describeError(error) }, 'a message over WebSocket could not be answered')
        peer.end()
      }
    })
  }

  #forget(peer: WebPeer, host: string): void {
    this.#connections.delete(peer)
    const left = (this.#perAddress.get(host) ?? 1) - 1
    if (left === 0) this.#perAddress.delete(host)
    else this.#perAddress.set(host, left)
  }

  #swarm(infoHash: string): WebSwarm {
    const known = this.#swarms.get(infoHash)
    if (known) return known
    const swarm = new WebSwarm(this.#options.random, this.#options.maxConnections)
    this.#swarms.set(infoHash, swarm)
    // It takes those of a connection that has ended out of the swarms that it finds here.
    this.#server.torrents[infoHash] = swarm
    return swarm
  }

  #look(): void {
    for (const peer of this.#connections.keys()) peer.look()
    for (const [infoHash, swarm] of this.#swarms) {
      if (swarm.peers.size > 0) continue
      this.#swarms.delete(infoHash)
      delete this.#server.torrents[infoHash]
    }
  }
}
