import { BencodeWriter } from '../bencode/writer.ts'
import type { PackEntry } from '../plan/entry.ts'
import { idMark } from './layout.ts'
import { TorrentPaths } from './torrent-paths.ts'

/** The bencoded list `info.files` for objects in pack order. @throws RepocastError REPOCAST_NAME_UNSAFE */
export function encodeFileList(entries: Iterable<PackEntry>): Buffer {
  const paths = new TorrentPaths()
  const writer = new BencodeWriter().raw('l')
  for (const entry of entries) {
    writer.raw('d6:length').integer(entry.size).raw('4:pathl')
    for (const part of paths.partsOf(entry)) writer.string(part)
    writer.encoded(idMark).encoded(Buffer.from(entry.id, 'hex')).raw('e')
  }
  return writer.raw('e').bytes()
}
