import { isIP } from 'node:net'
import { Networks } from './networks.ts'

/** Addresses and networks in CIDR form. */
export interface PeerLists {
  /** Only these are met; all when it is empty. */
  readonly allow: readonly string[]
  /** These are not met, even when they are allowed. */
  readonly block: readonly string[]
}

/** Who is met at all, whoever calls whom. */
export class PeerFilter {
  #allow = new Networks([])
  #block = new Networks([])

  /** From now on other lists. @throws RangeError, TypeError for a network that is none; the old lists stay then */
  set({ allow, block }: PeerLists): void {
    const [newAllow, newBlock] = [new Networks(allow), new Networks(block)]
    this.#allow = newAllow
    this.#block = newBlock
  }

  /** While there are lists, a host that is no address is not let in: nobody could say what it is in. */
  admits(host: string): boolean {
    if (this.#allow.isEmpty && this.#block.isEmpty) return true
    if (isIP(host) === 0 || this.#block.includes(host)) return false
    return this.#allow.isEmpty || this.#allow.includes(host)
  }
}
