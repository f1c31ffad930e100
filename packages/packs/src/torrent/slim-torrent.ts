import type { InfoHash } from '@repocast/objects'
import type { Pack } from '../pack/pack.ts'
import { sha1Bytes } from './layout.ts'

/** A parsed torrent as webtorrent takes it from parse-torrent: one file, whatever the pack holds. */
export interface SlimTorrent {
  /** Of the real torrent, not of `info` here. */
  infoHash: InfoHash
  name: string
  private: boolean
  announce: string[]
  urlList: string[]
  info: { name: Buffer; length: number; 'piece length': number; pieces: Buffer; private?: number }
  files: { name: string; path: string; length: number; offset: number }[]
  length: number
  pieceLength: number
  lastPieceLength: number
  /** Piece hashes, hexadecimal. */
  pieces: string[]
}

/**
 * What webtorrent is handed to share `pack`: the real info-hash and pieces, but one file from the first byte to the
 * last, since webtorrent's time and memory grow with the files. Its ut_metadata would send this `info` to peers;
 * whoever opens the torrent sets `pack.infoBytes` there. A new object each time, because webtorrent changes it.
 */
export function slimTorrent(pack: Pack, announce: readonly string[]): SlimTorrent {
  const { infoHash, name, bytes, pieceLength, pieceHashes, pieceCount } = pack
  const pieces = Array.from({ length: pieceCount }, (_, piece) =>
    pieceHashes.toString('hex', piece * sha1Bytes, (piece + 1) * sha1Bytes),
  )
  return {
    infoHash,
    name,
    private: pack.private,
    announce: [...announce],
    urlList: [],
    info: {
      name: Buffer.from(name),
      length: bytes,
      'piece length': pieceLength,
      pieces: pieceHashes,
      ...(pack.private && { private: 1 }),
    },
    files: [{ name, path: name, length: bytes, offset: 0 }],
    length: bytes,
    pieceLength,
    lastPieceLength: pack.pieceBytes(pieceCount - 1),
    pieces,
  }
}
