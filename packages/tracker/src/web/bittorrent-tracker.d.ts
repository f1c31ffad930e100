declare module 'bittorrent-tracker/server' {
  import { EventEmitter } from 'node:events'
  import type { IncomingMessage } from 'node:http'
  import type { Duplex } from 'node:stream'

  /** A socket of ws. */
  export interface WebSocket extends EventEmitter {
    readonly bufferedAmount: number
    send(text: string): void
    ping(): void
    terminate(): void
  }

  export default class Server extends EventEmitter {
    constructor(options: {
      http: boolean
      udp: boolean
      ws: { noServer: true; maxPayload: number }
      stats: boolean
      interval: number
    })
    readonly ws: {
      handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, done: (socket: WebSocket) => void): void
    }
    torrents: Record<string, object>
    getSwarm: (infoHash: string, done: (error: Error | null, swarm?: object) => void) => void
    createSwarm: (infoHash: string, done: (error: Error | null, swarm?: object) => void) => void
    onWebSocketConnection(socket: EventEmitter): void
    close(): void
  }
}
