import { Networks } from './guards/networks.ts'

/** Hosts that share a line to the rest of the world. */
export class Site {
  /** '' when this host is of no named site. */
  readonly name: string
  readonly #networks: Networks

  /**
   * @param networks addresses or networks in CIDR form whose hosts are of the site, whatever they say
   * @throws RangeError, TypeError for a network that is none
   */
  constructor(name = '', networks: readonly string[] = []) {
    this.name = name
    this.#networks = new Networks(networks)
  }

  /** Whether a peer at address `host` that says it is of `site` is of this site. */
  includes({ site, host }: { readonly site: string; readonly host: string }): boolean {
    return (this.name !== '' && site === this.name) || this.#networks.includes(host)
  }
}
