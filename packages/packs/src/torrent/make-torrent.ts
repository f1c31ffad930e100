import { Readable } from 'node:stream'
import { assertSafeName } from '@repocast/objects'
import createTorrent from 'create-torrent'
import { encodeDictionary } from '../bencode/writer.ts'
import type { Pack } from '../pack/pack.ts'
import type { PackPlan } from '../plan/entry.ts'
import { type ContentOptions, packContent } from './content.ts'
import { formatVersion } from './layout.ts'
import { parsePack } from './parse-pack.ts'
import { readEntries, withFiles } from './slim-form.ts'
import { encodeFileList } from './write-files.ts'

export interface MakeOptions extends ContentOptions {
  /** Name of the torrent: the directory that an ordinary client puts the files into. */
  readonly name: string
  /** Addresses of trackers, best first. With none the torrent names none. */
  readonly announce: readonly string[]
  /** BEP 27: peers are learnt from the trackers only. */
  readonly private?: boolean
  readonly comment?: string
}

export interface MadeTorrent {
  /** Bytes of the .torrent file. */
  readonly torrent: Buffer
  readonly pack: Pack
}

/**
 * Makes the torrent of a pack. The same plan, name and options give the same bytes, whenever and wherever.
 * @throws RepocastError REPOCAST_PACK_CONTENT_MISMATCH, REPOCAST_NAME_UNSAFE, what `parsePack` throws about the
 *   result, the reason of `signal`, and what `read` throws
 */
export async function makeTorrent(plan: PackPlan, options: MakeOptions): Promise<MadeTorrent> {
  assertSafeName(options.name, 'the name of a torrent') // create-torrent would put the time in place of an empty one
  const files = encodeFileList(plan.entries)
  const outer = readEntries(await createSlim(plan, options))
  const info = readEntries(outer.get('info') ?? Buffer.alloc(0))
  outer.set('info', withFiles(info, files))
  outer.delete('creation date')
  const torrent = encodeDictionary(outer)
  return { torrent, pack: await parsePack(torrent) }
}

/**
 * The torrent of the pack's content as if it were one file. create-torrent is not given the files: it would walk
 * them one by one, drop some names, and add public trackers when it is given no list of them.
 */
function createSlim(plan: PackPlan, options: MakeOptions): Promise<Buffer> {
  const { name, announce, comment } = options
  // A few chunks ahead, not the usual 16: they may be as long as the reader likes.
  const content = Readable.from(packContent(plan, options), { highWaterMark: 2 })
  const settings = {
    name,
    pieceLength: plan.pieceLength,
    announceList: announce.map(address => [address]),
    filterJunkFiles: false, // the name of the torrent is not a file's
    createdBy: 'repocast',
    info: { repocast: { version: formatVersion } },
    ...(comment !== undefined && { comment }),
    ...(options.private && { private: true }),
  }
  return new Promise((resolve, reject) => {
    createTorrent(content, settings, (error, torrent) => {
      if (error) reject(error)
      else resolve(Buffer.from(torrent.buffer, torrent.byteOffset, torrent.byteLength))
    })
  })
}
