import { createHash } from 'node:crypto'
import { type InfoHash, parseInfoHash } from '@repocast/objects'
import { BencodeReader } from '../bencode/reader.ts'
import { malformed } from '../malformed.ts'

/** What any .torrent is called. */
export interface TorrentName {
  readonly infoHash: InfoHash
  /** As the torrent names itself; what is not UTF-8 in it is replaced. */
  readonly name: string
}

/**
 * The info-hash (BEP 3, v1) and name of a .torrent that anybody may have made. Nothing else in it is looked at.
 * @throws RepocastError REPOCAST_PACK_MALFORMED
 */
export function readTorrentName(torrent: Buffer): TorrentName {
  const reader = new BencodeReader(torrent)
  const info = reader.dictionary().get('info')
  if (info === undefined) throw malformed('it has no `info`')
  reader.position = info.start
  const name = reader.dictionary().get('name')
  if (name === undefined) throw malformed('it has no name')
  reader.position = name.start
  const start = reader.string()
  return {
    infoHash: parseInfoHash(createHash('sha1').update(torrent.subarray(info.start, info.end)).digest('hex')),
    name: torrent.toString('utf8', start, reader.position),
  }
}
