import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'

/** Finds the addresses of a host name. */
export type Resolve = (host: string) => Promise<readonly string[]>

/** The system's way. @throws what dns.lookup throws */
export const resolveBySystem: Resolve = async host => (await lookup(host, { all: true })).map(({ address }) => address)

/** How often names are looked up again while somebody is called. */
export const lookUpMs = 10_000

/**
 * Peers that are known without a tracker: who tells of them, such as a configuration or a feed, gives `HOST:PORT` with a
 * name or an address. Packs that lack something call them, again and again.
 */
export class KnownPeers {
  readonly #resolve: Resolve
  readonly #told = new Map<string, readonly string[]>()
  #addresses: readonly string[] = []
  #isStale = false
  #looking: Promise<void> | undefined

  constructor(resolve: Resolve) {
    this.#resolve = resolve
  }

  /** `HOST:PORT` with addresses only, as last looked up. */
  get addresses(): readonly string[] {
    return this.#addresses
  }

  /**
   * What `teller` knows from now on, in place of what it said before. Resolves when names are looked up.
   * @returns whether that is anything new
   */
  async tell(teller: string, peers: readonly string[]): Promise<boolean> {
    if (String(peers) === String(this.#told.get(teller) ?? [])) return false
    if (peers.length === 0) this.#told.delete(teller)
    else this.#told.set(teller, [...peers])
    await this.lookUp()
    return true
  }

  /** Looks all names up again; one that is not found is left out until the next time. Never rejects. */
  async lookUp(): Promise<void> {
    this.#isStale = true
    this.#looking ??= this.#lookUp()
    await this.#looking
  }

  async #lookUp(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false
      const peers = [...new Set([...this.#told.values()].flat())]
      const found = await Promise.all(peers.map(async peer => await this.#addressesOf(peer)))
      this.#addresses = [...new Set(found.flat())]
    }
    this.#looking = undefined
  }

  async #addressesOf(peer: string): Promise<string[]> {
    const colon = peer.lastIndexOf(':')
    const host = peer.slice(0, colon).replace(/^\[|\]$/g, '')
    const port = peer.slice(colon + 1)
    const found = isIP(host) > 0 ? [host] : await this.#resolve(host).catch(() => [])
    return found.map(address => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`))
  }
}
