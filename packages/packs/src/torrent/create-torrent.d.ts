/** What we use of create-torrent 6.1. */
declare module 'create-torrent' {
  import type { Readable } from 'node:stream'

  interface Options {
    name: string
    pieceLength: number
    announceList: string[][]
    filterJunkFiles: boolean
    createdBy?: string
    comment?: string
    private?: boolean
    /** Further keys of the info dictionary. */
    info?: object
  }

  export default function createTorrent(
    input: Readable,
    options: Options,
    callback: (error: Error | null, torrent: Uint8Array) => void,
  ): void
}
