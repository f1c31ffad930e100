import type { Networks } from '@repocast/swarm'
import { parseNetworks } from '../networks.ts'

/** Networks of clients by the name of their area, such as a country or a site. */
export class Areas {
  readonly #networks: readonly (readonly [string, Networks])[]

  /** @throws RepocastError REPOCAST_CONFIGURATION_WRONG when a network is none */
  constructor(areas: Readonly<Record<string, readonly string[]>>) {
    this.#networks = Object.entries(areas).map(([name, networks]) => {
      return [name, parseNetworks(`mirror-lists.areas.${name}`, networks)] as const
    })
  }

  /** The first area that an address belongs to. */
  of(address: string): string | undefined {
    return this.#networks.find(([, networks]) => networks.includes(address))?.[0]
  }
}
