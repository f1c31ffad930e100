import { BlockList, type IPVersion, isIP } from 'node:net'

/** Hosts that share a line to the rest of the world. */
export class Site {
  /** '' when this host is of no named site. */
  readonly name: string
  readonly #networks = new BlockList()

  /**
   * @param networks addresses or networks in CIDR form whose hosts are of the site, whatever they say
   * @throws RangeError, TypeError for a network that is none
   */
  constructor(name = '', networks: readonly string[] = []) {
    this.name = name
    for (const network of networks) {
      const [address = '', prefix] = network.split('/')
      const family = familyOf(address)
      if (family === undefined) throw new TypeError(`${network} is not an address or a network`)
      const bits = family === 'ipv4' ? 32 : 128
      this.#networks.addSubnet(address, prefix === undefined ? bits : Number(prefix), family)
    }
  }

  /** Whether a peer at address `host` that says it is of `site` is of this site. */
  includes({ site, host }: { readonly site: string; readonly host: string }): boolean {
    if (this.name !== '' && site === this.name) return true
    const family = familyOf(host)
    return family !== undefined && this.#networks.check(host, family)
  }
}

function familyOf(address: string): IPVersion | undefined {
  const version = isIP(address)
  if (version === 0) return undefined
  return version === 4 ? 'ipv4' : 'ipv6'
}
