import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { describeError, type Logger, RepocastError, systemErrorCode } from '@repocast/errors'
import { type Address, parseAddress } from '../address/address.ts'
import { type AnnounceHandler, defaultPeers, maxPeers, refusals } from '../swarm/announcement.ts'
import { decodeRequest, encodeAnnounce, encodeConnect, encodeError, encodeScrape, type UdpRequest } from './codec.ts'
import { ConnectionIds } from './connection-ids.ts'

/** Peers that fit a packet of 1,400 bytes. */
const maxPeersOf = { ipv4: maxPeers, ipv6: 75 } as const
/** What the kernel may keep while we are busy; it gives less when its own limit is lower. */
const receiveBufferBytes = 4 * 1024 * 1024

/** The UDP face of a tracker (BEP 15), on as many sockets as it is told. `close` it. */
export class UdpServer {
  readonly #tracker: AnnounceHandler
  readonly #clock: () => Date
  readonly #logger: Logger
  readonly #ids = new ConnectionIds()
  readonly #sockets: Socket[] = []

  constructor(tracker: AnnounceHandler, { clock, logger }: { readonly clock: () => Date; readonly logger: Logger }) {
    this.#tracker = tracker
    this.#clock = clock
    this.#logger = logger
  }

  /**
   * Listens there, too. `::` takes IPv4 as well, unless another socket has that.
   * @throws RepocastError REPOCAST_TRACKER_CANNOT_LISTEN
   */
  async listen(host: string, port: number): Promise<void> {
    const socket = createSocket({
      type: isIPv6(host) ? 'udp6' : 'udp4',
      ipv6Only: isIPv6(host) && this.#hasIpv4(),
      // Only addresses are sent to; the usual way asks for each whether it is a name.
      lookup: (address, _options, done) => done(null, address, isIPv6(host) ? 6 : 4),
    })
    try {
      const listening = once(socket, 'listening')
      socket.bind(port, host)
      await listening
    } catch (cause) {
      socket.close()
      throw new RepocastError('REPOCAST_TRACKER_CANNOT_LISTEN', {
        message: `cannot listen on UDP ${host}:${port} (${systemErrorCode(cause)})`,
        hint: 'choose another UDP port for the tracker, or stop what uses it',
        cause,
      })
    }
    socket.setRecvBufferSize(receiveBufferBytes)
    socket.on('message', (packet, from) => this.#receive(socket, packet, from))
    socket.on('error', () => {}) // A packet that could not be sent; the peer asks again.
    this.#sockets.push(socket)
  }

  /** Of the first socket; 0 when there is none. */
  get port(): number {
    return this.#sockets[0]?.address().port ?? 0
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.splice(0)) await new Promise<void>(resolve => socket.close(resolve))
  }

  #hasIpv4(): boolean {
    return this.#sockets.some(socket => socket.address().family === 'IPv4')
  }

  #receive(socket: Socket, packet: Buffer, from: RemoteInfo): void {
    try {
      const answer = this.#answer(packet, from)
      if (answer) socket.send(answer, from.port, from.address)
    } catch (error) {
      this.#logger.error({ error: describeError(error) }, 'a packet could not be answered')
    }
  }

  #answer(packet: Buffer, from: RemoteInfo): Buffer | undefined {
    const request = decodeRequest(packet)
    // Nobody can be answered at port 0, and a link-local address with its zone is none that others could use.
    const address = request && from.port !== 0 ? parseAddress(from.address) : undefined
    return request && address && this.#answerTo(request, address)
  }

  #answerTo(request: UdpRequest, address: Address): Buffer | undefined {
    const { transactionId } = request
    const now = this.#clock().getTime()
    if (request.action === 'connect') return encodeConnect(transactionId, this.#ids.make(address, now))
    // No answer is longer than the request before the sender has shown that it receives at its address.
    if (!this.#ids.verify(request.connectionId, address, now)) return encodeError(transactionId, 'connect again')
    if (!this.#tracker.admit(address, 'udp')) return undefined
    if (request.action === 'scrape') {
      return encodeScrape(
        transactionId,
        request.infoHashes.map(infoHash => withIncomplete(this.#tracker.scrape(infoHash))),
      )
    }
    const family = address.length === 4 ? 'ipv4' : 'ipv6'
    const result = this.#tracker.announce({
      ...request,
      address,
      left: Number(request.left),
      uploaded: Number(request.uploaded),
      downloaded: Number(request.downloaded),
      wanted: request.wanted < 0 ? defaultPeers : Math.min(request.wanted, maxPeersOf[family]),
    })
    if (typeof result === 'string') return encodeError(transactionId, refusals[result])
    return encodeAnnounce(transactionId, { ...withIncomplete(result), peers: result.peers[family] })
  }
}

/** BEP 15 has no word for partial seeds. */
function withIncomplete<C extends { readonly partialSeeds: number; readonly leechers: number }>(
  counts: C,
): C & { readonly incomplete: number } {
  return { ...counts, incomplete: counts.partialSeeds + counts.leechers }
}
