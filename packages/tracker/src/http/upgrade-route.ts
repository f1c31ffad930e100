import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from '@repocast/daemon'
import { parseAddress } from '../address/address.ts'
import type { Tracker } from '../tracker.ts'

/** A connection that asks to become a WebSocket, and what it has sent already. */
interface Upgrade {
  readonly socket: Duplex
  readonly head: Buffer
}

/**
 * Takes WebSockets on `path`. A request to upgrade goes through the server's routes as any other, so that the address
 * of the client is settled in one place.
 */
export class UpgradeRoute {
  readonly #tracker: Tracker
  readonly #upgrades = new WeakMap<IncomingMessage, Upgrade>()

  constructor(server: FastifyInstance, tracker: Tracker) {
    this.#tracker = tracker
    server.addHook('preClose', async () => tracker.web.endConnections())
    server.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy())
      this.#upgrades.set(request, { socket, head })
      const response = new ServerResponse(request)
      // A Duplex is what there is of a Socket in an upgrade; only its writing side is used.
      response.assignSocket(socket as unknown as Parameters<ServerResponse['assignSocket']>[0])
      response.on('finish', () => socket.end())
      server.routing(request, response)
    })
  }

  /** Whether a request wants to become a WebSocket. */
  wants(request: IncomingMessage): boolean {
    return this.#upgrades.has(request)
  }

  /** Takes the connection over from its request; false when there is no room. */
  accept(request: IncomingMessage, response: ServerResponse, clientAddress: string): boolean {
    const upgrade = this.#upgrades.get(request)
    const address = parseAddress(clientAddress)
    if (upgrade === undefined || address === undefined) return false
    const { socket, head } = upgrade
    response.detachSocket(socket as unknown as Parameters<ServerResponse['detachSocket']>[0])
    if (this.#tracker.web.connect(request, socket, head, address)) return true
    socket.end('HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n')
    return false
  }
}
