import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { EventEmitter, once } from 'node:events'
import { isIPv4 } from 'node:net'
import { RepocastError, systemErrorCode } from '@repocast/errors'
import type { Clock } from '../clock.ts'
import { kindOfMessage } from './message.ts'
import { QueryLimit } from './query-limit.ts'

export interface GuardedSocketOptions {
  readonly port: number
  /** By default all addresses of the host. */
  readonly bindAddress: string | undefined
  /** Whether anybody at this address is met at all. */
  readonly admits: (host: string) => boolean
  readonly clock: Clock
  /** A message made the library fail. */
  readonly onFailure: (error: unknown) => void
}

/** As much of a dgram socket as the library uses. It hears only what it understands, and cannot be made to throw. */
export class GuardedSocket extends EventEmitter {
  readonly #socket: Socket
  readonly #options: GuardedSocketOptions
  readonly #limit: QueryLimit
  #isClosed = false

  private constructor(socket: Socket, options: GuardedSocketOptions) {
    super()
    this.#socket = socket
    this.#options = options
    this.#limit = new QueryLimit(options.clock)
    socket.on('message', (bytes, from) => this.#hear(bytes, from))
    socket.on('error', error => this.emit('error', error))
  }

  /** @throws RepocastError REPOCAST_SWARM_PORT_UNAVAILABLE */
  static async open(options: GuardedSocketOptions): Promise<GuardedSocket> {
    const { port, bindAddress } = options
    const socket = createSocket('udp4')
    try {
      const listening = once(socket, 'listening')
      socket.bind(port, bindAddress)
      await listening
      return new GuardedSocket(socket, options)
    } catch (cause) {
      socket.close()
      const why = cause instanceof Error ? (systemErrorCode(cause) ?? cause.message) : String(cause)
      throw new RepocastError('REPOCAST_SWARM_PORT_UNAVAILABLE', {
        message: `cannot listen for the DHT on ${bindAddress ?? 'any address'}, UDP port ${port}: ${why}`,
        hint: 'stop the program that uses the port, or choose another `dht-port`; the DHT needs an IPv4 address',
        cause,
      })
    }
  }

  get port(): number {
    return this.#socket.address().port
  }

  address(): { readonly port: number } {
    return this.#socket.address()
  }

  send(
    bytes: Buffer,
    offset: number,
    length: number,
    port: number,
    host: string,
    done: (error?: Error | null) => void,
  ) {
    if (this.#isClosed || !isUsable(host, port) || !this.#options.admits(host)) return
    this.#socket.send(bytes, offset, length, port, host, done)
  }

  close(): void {
    this.#isClosed = true
    this.#socket.close(() => this.emit('close'))
  }

  #hear(bytes: Buffer, from: RemoteInfo): void {
    if (this.#isClosed || !isUsable(from.address, from.port) || !this.#options.admits(from.address)) return
    const kind = kindOfMessage(bytes)
    if (kind === undefined || (kind === 'query' && !this.#limit.take(from.address))) return
    try {
      this.emit('message', bytes, from)
    } catch (error) {
      this.#options.onFailure(error)
    }
  }
}

/** One host, not many (multicast, broadcast) and not none: anybody may tell us of any address. */
function isUsable(host: string, port: number): boolean {
  const first = Number(host.split('.')[0])
  return isIPv4(host) && first > 0 && first < 224 && port > 0 && port < 65_536
}
