import { lookup } from 'node:dns/promises'
import { describeError, type Logger } from '@repocast/errors'
import type { InfoHash } from '@repocast/objects'
import type { Swarm } from '@repocast/swarm'
import { type Address, parseAddress, type Tracker } from '@repocast/tracker'

export interface SelfAnnouncerOptions {
  readonly tracker: Tracker
  readonly swarm: Swarm
  /** Name or address under which peers reach this origin. */
  readonly host: string
  readonly logger: Logger
}

const everyMilliseconds = 60_000

/**
 * Tells the bundled tracker about the origin's own peer, without a request: a mirror that hears of a new pack finds
 * the origin at once, and hundreds of packs cost no announces.
 */
export class SelfAnnouncer {
  readonly #options: SelfAnnouncerOptions
  readonly #packs = new Set<InfoHash>()
  #address: Address | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(options: SelfAnnouncerOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    await this.#resolve()
    this.#timer = setInterval(() => void this.#again(), everyMilliseconds)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** Announces a pack now, and from time to time. */
  add(infoHash: InfoHash): void {
    this.#packs.add(infoHash)
    this.#announce(infoHash)
  }

  remove(infoHash: InfoHash): void {
    this.#packs.delete(infoHash)
  }

  async #again(): Promise<void> {
    await this.#resolve()
    for (const infoHash of this.#packs) this.#announce(infoHash)
  }

  async #resolve(): Promise<void> {
    const { host, logger } = this.#options
    try {
      this.#address = parseAddress((await lookup(host.replace(/^\[|\]$/g, ''))).address)
    } catch (error) {
      logger.error(
        { host, error: describeError(error) },
        'peers cannot be told where this origin is: set `peer-address` in origin.yaml',
      )
    }
  }

  #announce(infoHash: InfoHash): void {
    const { tracker, swarm } = this.#options
    if (this.#address === undefined) return
    const uploaded = swarm.pack(infoHash)?.status().uploadedBytes ?? 0
    const { port } = swarm
    const counters = { left: 0, uploaded, downloaded: 0, wanted: 0 }
    tracker.announce({ infoHash, address: this.#address, port, event: 'update', ...counters })
  }
}
