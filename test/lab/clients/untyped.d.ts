/* What the lab uses of two libraries that come without types. */

declare module 'bittorrent-tracker' {
  import type { EventEmitter } from 'node:events'

  export class Server extends EventEmitter {
    constructor(options: { http: boolean; udp: boolean; ws: boolean; stats: boolean; interval: number })
    listen(port: number, addresses: { http: string; udp: string; udp6: string }): void
    close(done: () => void): void
  }

  export class Client extends EventEmitter {
    constructor(options: {
      infoHash: string
      peerId: Uint8Array
      announce: string[]
      port: number
      rtcConfig: object
    })
    start(options: { left: number }): void
    destroy(): void
  }
}

declare module 'create-torrent' {
  export default function createTorrent(
    input: Array<Uint8Array & { name: string }>,
    options: { name: string; announceList: string[][]; pieceLength: number },
    done: (error: Error | null, torrent: Uint8Array) => void,
  ): void
}
