declare module 'bittorrent-tracker' {
  import { EventEmitter } from 'node:events'

  interface RequestLike {
    readonly url: string
    readonly headers: object
    readonly connection: { readonly remoteAddress: string }
  }

  export class Server extends EventEmitter {
    constructor(options: { http: boolean; udp: boolean; ws: boolean; stats: boolean; interval: number })
    getSwarm: (infoHash: string, done: (error: Error | null, swarm?: object) => void) => void
    createSwarm: (infoHash: string, done: (error: Error | null, swarm?: object) => void) => void
    onHttpRequest(request: RequestLike, response: { end(bytes?: Uint8Array): void }): void
    close(): void
  }
}
