declare module 'bittorrent-tracker' {
  import type { EventEmitter } from 'node:events'

  export class Server extends EventEmitter {
    constructor(options: {
      http: boolean
      udp: boolean
      ws: boolean
      stats: boolean
      interval: number
      filter: (infoHash: string, params: object, done: (error: Error | null) => void) => void
    })
    listen(port: number, addresses: { http: string; udp: string; udp6: string }): void
  }
}
