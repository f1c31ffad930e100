import { createHash } from 'node:crypto'
import { RepocastError } from '@repocast/errors'
import { parseInfoHash } from '@repocast/objects'
import { encodeDictionary } from '../bencode/writer.ts'
import { malformed } from '../malformed.ts'
import { FlatPack } from '../pack/flat-pack.ts'
import type { Pack } from '../pack/pack.ts'
import { assertDistinct } from './distinct.ts'
import { type InfoEntries, readInfo } from './info-entries.ts'
import { maxTorrentBytes } from './layout.ts'
import { readFileTable } from './read-files.ts'
import { readEntries, withoutFiles } from './slim-form.ts'
import { parseSlim, type SlimFields } from './slim-parse.ts'

/** Most bytes around the info dictionary: trackers and a comment. */
const maxOuterBytes = 1024 * 1024

/**
 * Opens a .torrent as `makeTorrent` makes it. All of its info dictionary is checked: nothing may be missing,
 * superfluous, out of bounds, or written in two ways. Around it, keys that are not ours are passed over.
 * @throws RepocastError REPOCAST_PACK_TOO_BIG, REPOCAST_PACK_MALFORMED, REPOCAST_PACK_UNSAFE_PATH,
 *   REPOCAST_FORMAT_TOO_NEW
 */
export async function parsePack(torrent: Uint8Array): Promise<Pack> {
  if (torrent.length > maxTorrentBytes) throw tooBig(`it has ${torrent.length} bytes, ${maxTorrentBytes} are read`)
  const outer = readOuter(Buffer.from(torrent.buffer, torrent.byteOffset, torrent.byteLength))
  const infoBytes = Buffer.from(outer.info) // a copy: the pack must not change when the caller's buffer does
  const info = readInfo(infoBytes)
  const files = readFileTable(infoBytes, info.filesSpan)
  assertDistinct(files)
  const slim = await parseSlim(slimTorrentBytes(info, outer.trackers, files.offset(files.count)))
  const infoHash = parseInfoHash(createHash('sha1').update(infoBytes).digest('hex'))
  return new FlatPack({ ...slim, infoHash, infoBytes, pieceHashes: info.pieceHashes, files })
}

/**
 * Reads a .torrent again that `parsePack` has found good. `known` is what it was.
 * @throws RepocastError as `parsePack` does
 */
export function rereadPack(torrent: Uint8Array, known: Pick<Pack, 'infoHash' | keyof SlimFields>): Pack {
  const { infoHash, name, private: isPrivate, announce, pieceLength } = known
  const infoBytes = readOuter(Buffer.from(torrent.buffer, torrent.byteOffset, torrent.byteLength)).info
  const info = readInfo(infoBytes)
  const files = readFileTable(infoBytes, info.filesSpan)
  const { pieceHashes } = info
  return new FlatPack({ infoHash, name, private: isPrivate, announce, pieceLength, infoBytes, pieceHashes, files })
}

interface Outer {
  readonly info: Buffer
  /** The entries that name trackers. */
  readonly trackers: ReadonlyMap<string, Buffer>
}

function readOuter(bytes: Buffer): Outer {
  const entries = readEntries(bytes)
  const info = entries.get('info')
  if (info === undefined) throw malformed('it has no info dictionary')
  if (bytes.length - info.length > maxOuterBytes) throw tooBig(`there are more than ${maxOuterBytes} bytes around it`)
  return { info, trackers: new Map([...entries].filter(([key]) => key === 'announce' || key === 'announce-list')) }
}

function slimTorrentBytes(info: InfoEntries, trackers: ReadonlyMap<string, Buffer>, bytes: number): Buffer {
  return encodeDictionary(new Map([...trackers, ['info', withoutFiles(info.entries, bytes)]]))
}

function tooBig(what: string): RepocastError {
  return new RepocastError('REPOCAST_PACK_TOO_BIG', { message: `the .torrent of a pack is refused: ${what}` })
}
