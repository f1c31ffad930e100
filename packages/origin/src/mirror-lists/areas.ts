import { BlockList, isIPv4, isIPv6 } from 'node:net'
import { RepocastError } from '@repocast/errors'

/** Networks of clients by the name of their area, such as a country or a site. */
export class Areas {
  readonly #networks: readonly (readonly [string, BlockList])[]

  /** @throws RepocastError REPOCAST_CONFIGURATION_WRONG when a network is none */
  constructor(areas: Readonly<Record<string, readonly string[]>>) {
    this.#networks = Object.entries(areas).map(([name, networks]) => [name, blockListOf(name, networks)] as const)
  }

  /** The first area that an address belongs to. */
  of(address: string): string | undefined {
    const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
    const family = isIPv6(plain) ? 'ipv6' : 'ipv4'
    return this.#networks.find(([, networks]) => networks.check(plain, family))?.[0]
  }
}

function blockListOf(area: string, networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    const family = isIPv4(address) ? 'ipv4' : 'ipv6'
    const most = family === 'ipv4' ? 32 : 128
    const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN
    if (!(isIPv4(address) || isIPv6(address)) || !(prefix <= most)) {
      throw new RepocastError('REPOCAST_CONFIGURATION_WRONG', {
        message: `the area ${area} of \`mirror-lists\` has the network ${JSON.stringify(network)}`,
        hint: 'write an address and the bits of the network, such as 192.0.2.0/24 or 2001:db8::/32',
      })
    }
    list.addSubnet(address, prefix, family)
  }
  return list
}
