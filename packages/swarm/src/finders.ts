import type { Logger } from '@repocast/errors'
import type { InfoHash } from '@repocast/objects'
import { type DhtChoice, DhtNode } from './dht/dht-node.ts'
import { LocalDiscovery } from './local-discovery/local-discovery.ts'
import { localPort } from './local-discovery/message.ts'
import type { Surroundings } from './surroundings.ts'
import type { SwarmPack } from './swarm-pack.ts'

/** Which ways there are to find peers, and where others find us. */
export interface FindingOptions {
  /** Address to listen on, and to call peers of its family from; by default all. */
  readonly bindAddress?: string | undefined
  /** Where peers reach us, told to trackers when it is not the address that they see. */
  readonly announceAddress?: string | undefined
  /** Where peers reach us, told to trackers and peers when it is not the port that we listen on. */
  readonly announcePort?: number | undefined
  /** Peers of the same network are found by multicast (BEP 14); off unless it is set. Never about private packs. */
  readonly localDiscovery?: { readonly groupPort?: number } | undefined
  /** Peers are found by the DHT (BEP 5), and others helped to find theirs; off unless it is set. Never about private packs. */
  readonly dht?: DhtChoice | undefined
  readonly logger: Logger
}

/** Ways to find peers that are asked about all packs, but never about private ones: the local network, and the DHT. */
export class Finders {
  readonly #packs: ReadonlyMap<InfoHash, SwarmPack>
  #local: LocalDiscovery | undefined
  #dht: DhtNode | undefined

  constructor(packs: ReadonlyMap<InfoHash, SwarmPack>) {
    this.#packs = packs
  }

  /**
   * Begins with those that are wanted.
   * @param knownPeers peers (`host:port`) that are known otherwise
   * @throws RepocastError REPOCAST_SWARM_PORT_UNAVAILABLE
   */
  async open(options: FindingOptions, around: Surroundings, knownPeers: () => readonly string[]): Promise<void> {
    if (options.localDiscovery) this.#local = await this.#discoverLocally(options, around.client.port)
    if (options.dht) this.#dht = await this.#joinDht(options, options.dht, around, knownPeers)
  }

  /** Nodes of the DHT that are known; undefined when it is not joined. */
  get dhtNodes(): number | undefined {
    return this.#dht?.nodeCount
  }

  /** A few times a second. */
  tick(now: number): void {
    this.#local?.tick(now)
    this.#dht?.tick(now)
  }

  /** Other peers are known from now on. */
  peersKnown(): void {
    this.#dht?.joinNow()
  }

  /** A pack is in the swarm no more. */
  forget(infoHash: InfoHash): void {
    this.#local?.forget(infoHash)
    this.#dht?.forget(infoHash)
  }

  async close(): Promise<void> {
    this.#local?.close()
    await this.#dht?.close()
  }

  async #discoverLocally({ bindAddress, announcePort, localDiscovery, logger }: FindingOptions, port: number) {
    return await LocalDiscovery.open({
      groupPort: localDiscovery?.groupPort ?? localPort,
      bindAddress,
      logger,
      peerPort: announcePort ?? port,
      packs: () => this.#publicPacks(),
      found: (infoHash, address) => {
        const pack = this.#publicPack(infoHash)
        pack?.foundNear(address)
        return pack !== undefined
      },
    })
  }

  async #joinDht(
    { bindAddress, announceAddress, announcePort, logger }: FindingOptions,
    choice: DhtChoice,
    { client, clock, filter, random }: Surroundings,
    knownPeers: () => readonly string[],
  ): Promise<DhtNode> {
    const node = await DhtNode.open({
      ...{ choice, bindAddress, announceAddress, knownPeers, clock, random, logger },
      peerPort: client.port,
      announcedPort: announcePort ?? client.port,
      packs: () => this.#publicPacks(),
      pack: infoHash => this.#publicPack(infoHash),
      found: (infoHash, address) => void this.#publicPack(infoHash)?.addPeer(address),
      admits: host => filter.admits(host),
    })
    client.exchangeDhtPorts(node.port, (host, port) => node.meet(host, port))
    return node
  }

  #publicPacks(): SwarmPack[] {
    return [...this.#packs.values()].filter(pack => !pack.isPrivate)
  }

  #publicPack(infoHash: InfoHash): SwarmPack | undefined {
    const pack = this.#packs.get(infoHash)
    return pack?.isPrivate ? undefined : pack
  }
}
