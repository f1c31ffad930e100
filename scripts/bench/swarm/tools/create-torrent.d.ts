declare module 'create-torrent' {
  export default function createTorrent(
    input: string,
    options: { readonly announceList: readonly (readonly string[])[]; readonly pieceLength: number },
    done: (error: Error | null, torrent: Uint8Array) => void,
  ): void
}
