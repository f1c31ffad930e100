import { isIPv4 } from 'node:net'
import { describeError, type Logger } from '@repocast/errors'
import { type InfoHash, parseInfoHash } from '@repocast/objects'
import { Client } from 'bittorrent-dht'
import type { Clock } from '../clock.ts'
import { KnownPeers, resolveBySystem } from '../known-peers.ts'
import type { Random } from '../picker/random.ts'
import { Backoff } from '../webseed/backoff.ts'
import { AnnouncedPeers } from './announced-peers.ts'
import { GuardedSocket } from './guarded-socket.ts'
import { readKeptNodes, writeKeptNodes } from './kept-nodes.ts'
import { type DhtPack, DhtSchedule } from './schedule.ts'

/** What an operator chooses. */
export interface DhtChoice {
  /** UDP port; that of peers unless it is said. */
  readonly port?: number | undefined
  /** Nodes (`HOST:PORT`) to begin with, besides known peers. */
  readonly bootstrap?: readonly string[] | undefined
  /** Where nodes are kept over a restart. */
  readonly nodesFile?: string | undefined
}

export interface DhtNodeOptions {
  readonly choice: DhtChoice
  /** TCP port of peers, where we listen and where others reach us. */
  readonly peerPort: number
  readonly announcedPort: number
  readonly bindAddress: string | undefined
  /** Where others reach us, if that is known. */
  readonly announceAddress: string | undefined
  /** Known peers (`host:port`), which may be nodes at the same port. */
  readonly knownPeers: () => readonly string[]
  /** Packs that may be told of, and one of them. */
  readonly packs: () => Iterable<DhtPack & { readonly hasPieces: boolean }>
  readonly pack: (infoHash: InfoHash) => (DhtPack & { readonly hasPieces: boolean }) | undefined
  /** A peer at `host:port` has to do with a pack of these, and is to be called. */
  readonly found: (infoHash: InfoHash, address: string) => void
  readonly admits: (host: string) => boolean
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

const tickMs = 1000
/** With fewer nodes than this others are asked for. */
const fewNodes = 8
/** How often the surroundings of the own id are searched, by which nodes come to know of each other. */
const neighbourhoodMs = 15 * 60_000
const soonNeighbourhoodMs = 60_000
/** Peers that are taken from one search. */
const mostFound = 100
/** Peers that are asked whether they are nodes, between two such searches. */
const mostMet = 500
/** A pack with so many peers calls nobody by itself. */
const enoughPeers = 5
/** Calls to who announces a pack that we have, of all packs, in a second. */
const mostHelped = 4

/** Our node in the DHT (BEP 5, IPv4): finds peers without a tracker. Nothing of it throws after it is opened. */
export class DhtNode {
  readonly #options: DhtNodeOptions
  readonly #socket: GuardedSocket
  readonly #client: Client
  readonly #schedule: DhtSchedule
  readonly #bootstrap = new KnownPeers(resolveBySystem)
  readonly #ownPeer: Buffer | undefined
  /** Peers that searches under way have found. */
  readonly #found = new Map<InfoHash, Set<string>>()
  /** Peers that were asked whether they are nodes, since the last search of the surroundings. */
  readonly #met = new Set<string>()
  #kept: readonly string[] = []
  #joining: Backoff
  #tickedAt = Number.NEGATIVE_INFINITY
  #searchedAt = Number.NEGATIVE_INFINITY
  #helped = 0

  private constructor(socket: GuardedSocket, options: DhtNodeOptions) {
    const { choice, clock, random } = options
    this.#options = options
    this.#socket = socket
    this.#schedule = new DhtSchedule(random)
    this.#joining = this.#newJoining()
    this.#ownPeer = peerBytes([options.announceAddress, options.bindAddress].find(isAddress), options.announcedPort)
    this.#client = new Client({ socket, bootstrap: false, maxTables: 200, maxValues: 1 })
    this.#client._peers.destroy()
    Object.assign(this.#client, {
      _peers: new AnnouncedPeers({
        clock,
        random,
        ours: infoHash => (options.pack(infoHash)?.hasPieces ? this.#ownPeer : undefined),
        isOurs: infoHash => options.pack(infoHash) !== undefined,
        onNew: (infoHash, address) => this.#heard(infoHash, address),
      }),
    })
    this.#client.on('error', error => this.#log('warn', error, 'the DHT reports an error'))
    this.#client.on('warning', error => this.#log('debug', error, 'the DHT warns'))
    this.#client.on('peer', ({ host, port }: { host: string; port: number }, infoHash: Buffer) =>
      this.#takePeer(parseInfoHash(infoHash.toString('hex')), `${host}:${port}`),
    )
    socket.emit('listening')
    void this.#bootstrap.tell('configuration', choice.bootstrap ?? []).then(() => this.joinNow())
  }

  /** @throws RepocastError REPOCAST_SWARM_PORT_UNAVAILABLE */
  static async open(options: DhtNodeOptions): Promise<DhtNode> {
    const { choice, peerPort, bindAddress, admits, clock, logger } = options
    const socket = await GuardedSocket.open({
      port: choice.port ?? peerPort,
      ...{ bindAddress, admits, clock },
      onFailure: error => logger.warn({ error: describeError(error) }, 'a message of the DHT could not be handled'),
    })
    const node = new DhtNode(socket, options)
    if (choice.nodesFile !== undefined) node.#kept = await readKeptNodes(choice.nodesFile)
    logger.info({ port: node.port }, 'listening for the DHT')
    return node
  }

  /** UDP. */
  get port(): number {
    return this.#socket.port
  }

  /** How many others are known. */
  get nodeCount(): number {
    return this.#client.nodes.count()
  }

  /** A peer says that its node is there. It says so about each pack. */
  meet(host: string, port: number): void {
    const address = `${host}:${port}`
    if (this.#met.has(address) || this.#met.size >= mostMet) return
    this.#met.add(address)
    this.#ping(address)
  }

  /** Asks bootstrap nodes and known peers without waiting; others are known since. */
  joinNow(): void {
    this.#joining = this.#newJoining()
  }

  /** A few times a second. */
  tick(now: number): void {
    if (now - this.#tickedAt < tickMs) return
    this.#tickedAt = now
    this.#helped = 0
    if (this.nodeCount < fewNodes && this.#joining.mayTry(now)) this.#join(now)
    if (this.nodeCount === 0) return
    if (now - this.#searchedAt >= (this.nodeCount < fewNodes ? soonNeighbourhoodMs : neighbourhoodMs)) {
      this.#searchedAt = now
      this.#met.clear()
      this.#client.lookup(this.#client.nodeId, () => {})
      void this.#keepNodes()
    }
    const packs = [...this.#options.packs()].filter(pack => pack.isHungry || pack.hasPieces)
    for (const infoHash of this.#schedule.begin(packs, now)) this.#announce(infoHash)
  }

  /** A pack is in the swarm no more. */
  forget(infoHash: InfoHash): void {
    this.#schedule.forget(infoHash)
  }

  async close(): Promise<void> {
    await this.#keepNodes()
    await new Promise<void>(resolve => this.#client.destroy(resolve))
  }

  #join(now: number): void {
    this.#joining.failed(now)
    void this.#bootstrap.lookUp()
    const addresses = new Set([...this.#bootstrap.addresses, ...this.#options.knownPeers(), ...this.#kept])
    for (const address of addresses) this.#ping(address)
  }

  /** Whoever answers is a node, and known from then on. */
  #ping(address: string): void {
    const colon = address.lastIndexOf(':')
    const [host, port] = [address.slice(0, colon), Number(address.slice(colon + 1))]
    if (isIPv4(host)) this.#client.addNode({ host, port })
  }

  /** Looks a pack up, then announces it to the nodes that were found nearest. */
  #announce(infoHash: InfoHash): void {
    const { announcedPort } = this.#options
    this.#found.set(infoHash, new Set())
    this.#client.lookup(infoHash, () => {
      this.#found.delete(infoHash)
      this.#client.announce(infoHash, announcedPort, error => {
        this.#schedule.ended(infoHash)
        if (error) this.#log('debug', error, 'a pack could not be announced in the DHT')
      })
    })
  }

  /** A search found a peer. Who lacks nothing has announced himself, and waits for those who do. */
  #takePeer(infoHash: InfoHash, address: string): void {
    const found = this.#found.get(infoHash)
    if (found === undefined || found.has(address) || found.size >= mostFound) return
    found.add(address)
    if (this.#options.pack(infoHash)?.isHungry) this.#options.found(infoHash, address)
  }

  /**
   * Somebody announced himself to us. One who has a pack calls him if he has few others: nobody may know of us yet, when there were no
   * nodes to tell.
   */
  #heard(infoHash: InfoHash, address: string): void {
    const pack = this.#options.pack(infoHash)
    if (pack === undefined) return
    if (!pack.isHungry) {
      if (!pack.hasPieces || pack.peerCount >= enoughPeers || this.#helped >= mostHelped) return
      this.#helped += 1
    }
    this.#options.found(infoHash, address)
  }

  /** Never rejects. */
  async #keepNodes(): Promise<void> {
    const { nodesFile } = this.#options.choice
    const nodes = this.#client.toJSON().nodes.map(({ host, port }) => `${host}:${port}`)
    if (nodesFile === undefined || nodes.length === 0) return
    try {
      await writeKeptNodes(nodesFile, nodes)
    } catch (error) {
      this.#log('warn', error, 'nodes of the DHT could not be kept')
    }
  }

  #newJoining(): Backoff {
    return new Backoff({ firstMs: 2000, mostMs: 300_000, random: this.#options.random })
  }

  #log(level: 'debug' | 'warn', error: unknown, message: string): void {
    this.#options.logger[level]({ error: describeError(error) }, message)
  }
}

function isAddress(host: string | undefined): host is string {
  return host !== undefined && isIPv4(host) && host !== '0.0.0.0'
}

/** Address and port in six bytes. */
function peerBytes(host: string | undefined, port: number): Buffer | undefined {
  return host === undefined ? undefined : Buffer.from([...host.split('.').map(Number), port >> 8, port & 255])
}
