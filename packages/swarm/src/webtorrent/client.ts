import { describeError, type Logger, RepocastError, systemErrorCode } from '@repocast/errors'
import type { InfoHash } from '@repocast/objects'
import { type Pack, slimTorrent } from '@repocast/packs'
import WebTorrent, { type Torrent } from 'webtorrent'
import type { Budget } from '../limits/budget.ts'
import type { SwarmLimits } from '../limits/limits.ts'
import type { Bits } from '../picker/bits.ts'
import { unusedChunkStore } from './chunk-store.ts'
import { plainHost } from './connection.ts'
import { joinDirectly } from './direct-stream.ts'
import { type Encryption, secureLevels } from './encryption.ts'
import { alternateEncryption } from './handshake.ts'
import { newPeerId } from './peer-id.ts'
import { type ReadPiece, readAhead } from './read-ahead.ts'
import {
  callFrom,
  encryptBy,
  exchangeDhtPorts,
  filterPeers,
  findTorrentsBy,
  guardServer,
  listenAddress,
} from './seams.ts'
import { Session, type SessionOwner } from './session.ts'

export interface ClientOptions {
  /** 0 lets the system choose. */
  readonly peerPort: number
  /** Where peers are listened for, and called from when they are of its family; by default all addresses of the host. */
  readonly bindAddress: string | undefined
  /** Where peers reach us, when it is not the port that we listen on. */
  readonly announcePort: number | undefined
  /** Whether connected peers are told of each other (BEP 11). */
  readonly peerExchange: boolean
  readonly encryption: Encryption
  /** The pack of ours that a peer means which hides the info-hash (`hiddenInfoHash`). */
  readonly reveal: (hidden: string) => InfoHash | undefined
  /** Whether the peer at this address is met at all. */
  readonly admits: (host: string) => boolean
  readonly maxConnections: number
  readonly limits: SwarmLimits
  /** Name of our site, '' for none. */
  readonly site: string
  readonly role: 'origin' | 'mirror'
  readonly logger: Logger
  /** A peer asks for a pack: its session, opened if need be; undefined when the pack is not ours. Never rejects. */
  readonly wake: (infoHash: InfoHash) => Promise<Session | undefined>
}

export interface OpenPack {
  readonly pack: Pack
  readonly held: Bits
  /** What its uploads draw on. */
  readonly uploads: Budget
  /** Whether nothing is wanted now. */
  readonly isUploadOnly: () => boolean
  readonly read: ReadPiece
  readonly owner: SessionOwner
}

/** Incoming connections that have not shaken hands yet, beyond those that are kept. */
const pendingConnections = 64

/** webtorrent, as far as we let it: connections, handshakes, serving. What is asked for is not its business. */
export class PeerClient {
  readonly #client: WebTorrent
  readonly #options: ClientOptions

  private constructor(client: WebTorrent, options: ClientOptions) {
    this.#client = client
    this.#options = options
  }

  /** @throws RepocastError REPOCAST_SWARM_PORT_UNAVAILABLE */
  static async listen(options: ClientOptions): Promise<PeerClient> {
    const { peerPort, bindAddress, maxConnections, limits, logger, wake } = options
    joinDirectly()
    alternateEncryption()
    const client = new WebTorrent({
      peerId: newPeerId(),
      torrentPort: listenAddress(peerPort, bindAddress),
      tracker: false,
      dht: false,
      lsd: false,
      utPex: options.peerExchange,
      natUpnp: false,
      natPmp: false,
      utp: false,
      webSeeds: false,
      secure: 0,
      maxConns: limits.peersPerPack,
      uploadLimit: -1,
      downloadLimit: -1,
    })
    encryptBy(client, secureLevels[options.encryption])
    await untilListening(client, options)
    client.on('error', (error: Error) => logger.error({ error: describeError(error) }, 'webtorrent reports an error'))
    guardServer(client, maxConnections + pendingConnections, error =>
      logger.warn({ error: describeError(error) }, 'a peer could not be accepted'),
    )
    filterPeers(client, options.admits)
    const find = async (infoHash: InfoHash) => (await wake(infoHash))?.torrent ?? null
    findTorrentsBy(
      client,
      async infoHash => await find(infoHash as InfoHash),
      async hidden => {
        const infoHash = options.reveal(hidden)
        return infoHash === undefined ? null : await find(infoHash)
      },
    )
    return new PeerClient(client, options)
  }

  /** The port that peers connect to. */
  get port(): number {
    return this.#client.torrentPort
  }

  /** 20 bytes, in hexadecimal. */
  get peerId(): string {
    return this.#client.peerId
  }

  /** Tells peers that our node in the DHT is at UDP port `port`, and `met` where theirs are. Never about private packs. */
  exchangeDhtPorts(port: number, met: (host: string, port: number) => void): void {
    exchangeDhtPorts(this.#client, port, (host, other) => met(plainHost(host), other))
  }

  /** @throws what webtorrent says against it */
  open({ pack, held, uploads, isUploadOnly, read, owner }: OpenPack): Promise<Session> {
    const { announcePort, bindAddress, encryption, limits, site, role } = this.#options
    const torrent: Torrent = this.#client.add(slimTorrent(pack, []), {
      preloadedStore: unusedChunkStore(pack.pieceLength),
      storeCacheSlots: 0,
      bitfield: held,
      deselect: true,
      uploads: limits.uploadSlots,
      alwaysChokeSeeders: false,
      private: pack.private,
    })
    if (bindAddress !== undefined) callFrom(torrent, bindAddress)
    const session = new Session(torrent, announcePort ?? this.port, {
      pack,
      role,
      site,
      mustEncrypt: encryption === 'require',
      requestQueue: limits.requestQueue,
      uploads,
      isUploadOnly,
      read: readAhead(piece => pack.pieceBytes(piece), read),
      owner,
    })
    return session.untilReady()
  }

  async close(): Promise<void> {
    if (this.#client.destroyed) return
    await new Promise<void>(resolve => this.#client.destroy(() => resolve()))
  }
}

async function untilListening(client: WebTorrent, { peerPort, bindAddress }: ClientOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onError = (cause: Error) => {
      reject(
        new RepocastError('REPOCAST_SWARM_PORT_UNAVAILABLE', {
          message: `cannot listen for peers on ${bindAddress ?? 'any address'}, port ${peerPort}: ${systemErrorCode(cause) ?? cause.message}`,
          hint: ['EADDRNOTAVAIL', 'EINVAL', 'ENOTFOUND'].includes(systemErrorCode(cause) ?? '')
            ? 'name an address of this host in `bind-address`'
            : 'stop the program that uses the port, or choose another `peer-port`',
          cause,
        }),
      )
    }
    client.once('error', onError)
    client.once('listening', () => {
      client.off('error', onError)
      resolve()
    })
  })
}
