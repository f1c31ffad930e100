import type { Clock } from '../clock.ts'

const banMs = 60 * 60 * 1000
const mostBans = 10_000

/** Peers that delivered what was wrong: refused for an hour, by their id and, unless it is this host, by their address. */
export class Bans {
  readonly #clock: Clock
  /** Peer id or host, and until when. */
  readonly #until = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Behind a loopback address are others, too (tests, tunnels), so there the id alone is banned. */
  ban(peerId: string, host: string): void {
    this.#add(peerId)
    if (!isLoopback(host)) this.#add(host)
  }

  isBanned(...names: string[]): boolean {
    return names.some(name => (this.#until.get(name) ?? Number.NEGATIVE_INFINITY) > this.#clock.now())
  }

  #add(name: string): void {
    this.#until.delete(name)
    this.#until.set(name, this.#clock.now() + banMs)
    const [oldest] = this.#until.keys()
    if (this.#until.size > mostBans && oldest !== undefined) this.#until.delete(oldest)
  }
}

export function isLoopback(host: string): boolean {
  return host.startsWith('127.') || host === '::1'
}
