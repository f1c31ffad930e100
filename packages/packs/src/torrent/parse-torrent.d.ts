/** What we use of parse-torrent 11. It checks little: see each value as unknown. */
declare module 'parse-torrent' {
  interface ParsedTorrent {
    name: unknown
    announce: unknown
    private?: unknown
    length: unknown
    pieceLength: unknown
    pieces: unknown
    infoHash: unknown
  }

  export default function parseTorrent(torrent: Uint8Array): Promise<ParsedTorrent>
}
