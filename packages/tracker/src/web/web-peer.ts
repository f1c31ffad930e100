import { EventEmitter } from 'node:events'
import type { WebSocket } from 'bittorrent-tracker/server'
import { type Address, formatAddress } from '../address/address.ts'
import { parseWebMessage, type WebMessage } from './web-message.ts'

/** What may wait for somebody who does not read, in bytes; then the connection is ended. */
const maxWaitingBytes = 1024 * 1024
/** Torrents of one connection, at most. */
const maxTorrents = 1000

/** What bittorrent-tracker sees of one WebSocket: what it is handed was looked at before. */
export class WebPeer extends EventEmitter {
  readonly address: Address
  /** As bittorrent-tracker wants to know the address. */
  readonly upgradeReq: object
  readonly #socket: WebSocket
  #isAlive = true
  #peerId: string | undefined
  readonly #torrents = new Set<string>()

  /** `mayAsk` is asked once for each message. */
  constructor(socket: WebSocket, address: Address, mayAsk: () => boolean) {
    super()
    this.address = address
    this.upgradeReq = { headers: {}, connection: { remoteAddress: formatAddress(address), remotePort: 0 } }
    this.#socket = socket
    socket.on('message', (data: Buffer) => this.#receive(data.toString(), mayAsk))
    socket.on('error', () => socket.terminate())
    socket.on('close', () => this.emit('close'))
    socket.on('pong', () => {
      this.#isAlive = true
    })
  }

  send(text: string): void {
    if (this.#socket.bufferedAmount > maxWaitingBytes) this.#socket.terminate()
    else this.#socket.send(text)
  }

  /** Ends the connection unless it has answered since the last look. */
  look(): void {
    if (!this.#isAlive) this.#socket.terminate()
    this.#isAlive = false
    this.#socket.ping()
  }

  end(): void {
    this.#socket.terminate()
  }

  #receive(text: string, mayAsk: () => boolean): void {
    const message = mayAsk() ? parseWebMessage(text) : 'too many requests from your address'
    const problem = typeof message === 'string' ? message : this.#problemOf(message)
    if (problem === undefined) this.emit('message', JSON.stringify(message))
    else this.send(JSON.stringify({ 'failure reason': problem }))
  }

  #problemOf(message: WebMessage): string | undefined {
    if (message.action === 'scrape') return undefined
    // Nobody speaks for another.
    this.#peerId ??= message.peer_id
    if (message.peer_id !== this.#peerId) return 'a connection has one peer_id'
    this.#torrents.add(message.info_hash)
    return this.#torrents.size > maxTorrents ? `a connection has ${maxTorrents} torrents at most` : undefined
  }
}
