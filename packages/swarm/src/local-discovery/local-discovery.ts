import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv4 } from 'node:net'
import { describeError, type Logger } from '@repocast/errors'
import type { InfoHash } from '@repocast/objects'
import { joinAddress } from '../webtorrent/connection.ts'
import { formatLocalSearch, localGroup, mostInMessage, parseLocalSearch } from './message.ts'

/** A pack that lacks something is told of so often, and a few times sooner at first. */
const hungryMs = 60_000
const firstHungryMs = 5000
const firstTimes = 3
/** Others. */
const restingMs = 300_000
/** Who tells of a pack is answered by being told of it, unless he heard us just now: that was the answer. */
const answerMs = 1000

export interface LocalDiscoveryOptions {
  /** Of the group. */
  readonly groupPort: number
  /** Where peers reach us. */
  readonly peerPort: number
  /** Address of the network to ask; that of the default route unless it is said. */
  readonly bindAddress: string | undefined
  /** Packs that may be told of, and whether they lack something. */
  readonly packs: () => Iterable<{ readonly infoHash: InfoHash; readonly isHungry: boolean }>
  /** Somebody at `address` (`host:port`) has to do with a pack. @returns whether it is one of `packs` */
  readonly found: (infoHash: InfoHash, address: string) => boolean
  readonly logger: Logger
}

/** Finds peers in the same network without a tracker (BEP 14, over IPv4). Nothing of it throws after it is opened. */
export class LocalDiscovery {
  readonly #socket: Socket
  readonly #options: LocalDiscoveryOptions
  readonly #cookie = randomBytes(8).toString('hex')
  /** When a pack was told of last, and how often in a row because it lacks something. */
  readonly #told = new Map<InfoHash, { readonly at: number; readonly times: number }>()
  /** Packs that somebody else has told of: he hears of us by being told, too. */
  readonly #asked = new Set<InfoHash>()

  private constructor(socket: Socket, options: LocalDiscoveryOptions) {
    this.#socket = socket
    this.#options = options
    socket.on('message', (bytes, { address }) => this.#hear(bytes, address))
    socket.on('error', error => this.#warn(error))
  }

  /** Undefined, told in the log, where the network has no multicast or the port is taken. */
  static async open(options: LocalDiscoveryOptions): Promise<LocalDiscovery | undefined> {
    const { bindAddress, groupPort, logger } = options
    const socket = createSocket({ type: 'udp4', reuseAddr: true })
    try {
      const listening = once(socket, 'listening')
      socket.bind(groupPort)
      await listening
      const ours = bindAddress !== undefined && isIPv4(bindAddress) ? bindAddress : undefined
      socket.addMembership(localGroup, ours)
      if (ours !== undefined) socket.setMulticastInterface(ours)
      socket.unref()
      return new LocalDiscovery(socket, options)
    } catch (error) {
      socket.close()
      logger.warn({ error: describeError(error) }, 'peers of the same network cannot be discovered')
      return undefined
    }
  }

  /** A few times a second. */
  tick(now: number): void {
    const infoHashes: InfoHash[] = []
    for (const { infoHash, isHungry } of this.#options.packs()) {
      const { at, times } = this.#told.get(infoHash) ?? { at: Number.NEGATIVE_INFINITY, times: 0 }
      const isAsked = this.#asked.delete(infoHash) && now - at >= answerMs
      const usualMs = isHungry ? (times < firstTimes ? firstHungryMs : hungryMs) : restingMs
      if (!isAsked && now - at < usualMs) continue
      this.#told.set(infoHash, { at: now, times: isHungry ? times + 1 : 0 })
      infoHashes.push(infoHash)
      // one message at a time: the others are due the next time, too
      if (infoHashes.length === mostInMessage) break
    }
    if (infoHashes.length === 0) return
    const { groupPort, peerPort: port } = this.#options
    const message = formatLocalSearch({ port, infoHashes, cookie: this.#cookie }, groupPort)
    this.#socket.send(message, groupPort, localGroup, error => {
      if (error) this.#options.logger.debug({ error: describeError(error) }, 'a local search could not be sent')
    })
  }

  /** A pack is in the swarm no more. */
  forget(infoHash: InfoHash): void {
    this.#told.delete(infoHash)
    this.#asked.delete(infoHash)
  }

  close(): void {
    this.#socket.close()
  }

  #hear(bytes: Buffer, host: string): void {
    const search = parseLocalSearch(bytes)
    if (search === undefined || search.cookie === this.#cookie) return
    for (const infoHash of search.infoHashes)
      if (this.#options.found(infoHash, joinAddress(host, search.port))) this.#asked.add(infoHash)
  }

  #warn(error: Error): void {
    this.#options.logger.warn({ error: describeError(error) }, 'local discovery reports an error')
  }
}
