import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { RepocastError, systemErrorCode } from '@repocast/errors'
import type { AnnounceHandler, Announcement } from '../swarm/announcement.ts'
import { decodeRequest, encodeAnnounce, encodeConnect, encodeError, encodeScrape, type UdpRequest } from './codec.ts'
import { ConnectionIds } from './connection-ids.ts'

/** Peers in an answer: 200 IPv4 addresses still fit one packet. */
const maxPeers = 200
const defaultPeers = 50

/** The UDP face of a tracker (BEP 15). `close` it. */
export class UdpServer {
  readonly #tracker: AnnounceHandler
  readonly #clock: () => Date
  readonly #ids = new ConnectionIds()
  #socket: Socket | undefined

  constructor(tracker: AnnounceHandler, clock: () => Date) {
    this.#tracker = tracker
    this.#clock = clock
  }

  /** @throws RepocastError REPOCAST_TRACKER_CANNOT_LISTEN */
  async listen(host: string, port: number): Promise<void> {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
    try {
      socket.bind(port, host)
      await once(socket, 'listening')
    } catch (cause) {
      socket.close()
      throw new RepocastError('REPOCAST_TRACKER_CANNOT_LISTEN', {
        message: `cannot listen on UDP ${host}:${port} (${systemErrorCode(cause)})`,
        hint: 'choose another `tracker.udp-port`, or stop what uses it',
        cause,
      })
    }
    socket.on('message', (packet, from) => this.#answer(packet, from))
    socket.on('error', () => {}) // A packet that could not be sent; the peer asks again.
    this.#socket = socket
  }

  get port(): number {
    return this.#socket?.address().port ?? 0
  }

  async close(): Promise<void> {
    const socket = this.#socket
    this.#socket = undefined
    if (socket) await new Promise<void>(resolve => socket.close(resolve))
  }

  #answer(packet: Buffer, from: RemoteInfo): void {
    // Nobody can be answered at port 0, and a link-local address with its zone is none that others could use.
    if (from.port === 0 || from.address.includes('%')) return
    const request = decodeRequest(packet)
    const answer = request && this.#answerTo(request, from)
    if (answer) this.#socket?.send(answer, from.port, from.address)
  }

  #answerTo(request: UdpRequest, from: RemoteInfo): Buffer {
    const { transactionId } = request
    const now = this.#clock().getTime()
    if (request.action === 'connect') return encodeConnect(transactionId, this.#ids.make(from.address, now))
    if (!this.#ids.verify(request.connectionId, from.address, now)) {
      return encodeError(transactionId, 'the connection id has expired, connect again')
    }
    if (request.action === 'scrape') {
      return encodeScrape(
        transactionId,
        request.infoHashes.map(infoHash => this.#tracker.scrape(infoHash)),
      )
    }
    const announcement: Announcement = {
      ...request,
      address: from.address,
      left: Number(request.left),
      uploaded: Number(request.uploaded),
      downloaded: Number(request.downloaded),
      wanted: request.wanted < 0 ? defaultPeers : Math.min(request.wanted, maxPeers),
    }
    const result = this.#tracker.announce(announcement)
    if (result === undefined) return encodeError(transactionId, 'this tracker does not track that torrent')
    const family = isIPv6(from.address)
    return encodeAnnounce(transactionId, { ...result, peers: result.peers.filter(({ ip }) => isIPv6(ip) === family) })
  }
}
