import { BlockList, type IPVersion, isIP } from 'node:net'

/** Addresses and networks in CIDR form, of IPv4 and IPv6. */
export class Networks {
  readonly isEmpty: boolean
  // apart, because a list that has ::/0 would include every address of IPv4
  readonly #lists: Readonly<Record<IPVersion, BlockList>> = { ipv4: new BlockList(), ipv6: new BlockList() }

  /** @throws RangeError, TypeError for a network that is none */
  constructor(networks: readonly string[]) {
    this.isEmpty = networks.length === 0
    for (const network of networks) {
      const [address = '', prefix, ...more] = network.split('/')
      const family = familyOf(address)
      if (family === undefined || more.length > 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix)))
        throw new TypeError(`${network} is not an address or a network`)
      const bits = family === 'ipv4' ? 32 : 128
      this.#lists[family].addSubnet(address, prefix === undefined ? bits : Number(prefix), family)
    }
  }

  /** Whether the address is of one of them; one of IPv4 in the clothes of IPv6 is one of IPv4. */
  includes(address: string): boolean {
    const plain = plainAddress(address)
    const family = familyOf(plain)
    return family !== undefined && this.#lists[family].check(plain, family)
  }
}

/** Without the zone; and `::ffff:192.0.2.1`, also when it is written `::ffff:c000:201`, as 192.0.2.1. */
function plainAddress(address: string): string {
  const [plain = ''] = address.split('%')
  if (isIP(plain) !== 6) return plain
  // the URL parser writes every IPv6 address in one way
  const { hostname } = new URL(`http://[${plain}]`)
  const [, high, low] = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(hostname) ?? []
  if (high === undefined || low === undefined) return plain
  return [high, low].flatMap(group => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]).join('.')
}

function familyOf(address: string): IPVersion | undefined {
  const version = isIP(address)
  if (version === 0) return undefined
  return version === 4 ? 'ipv4' : 'ipv6'
}
