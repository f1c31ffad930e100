import parseTorrent from 'parse-torrent'
import { expect, test } from 'vitest'
import { encodeDictionary } from '../bencode/writer.ts'
import { packOf } from '../pack-of.ts'
import { readEntries, withoutFiles } from './slim-form.ts'
import { slimTorrent } from './slim-torrent.ts'

const blobs = { a: Buffer.alloc(40_000, 'a'), b: 'b', 'c/d': 'd' }

test.each([true, false])(
  'webtorrent is handed what parse-torrent makes of a torrent of one file (private: %s)',
  async secret => {
    const announce = ['http://origin.example/announce']
    const { torrent, pack } = await packOf(blobs, { private: secret, announce })
    const outer = readEntries(torrent)
    outer.set('info', withoutFiles(readEntries(pack.infoBytes), pack.bytes))
    const { infoHash, infoBuffer, infoHashBuffer, createdBy, info, ...parsed } = {
      ...(await parseTorrent(encodeDictionary(outer))),
    } as Record<string, unknown>
    const { infoHash: realHash, info: slimInfo, ...slim } = slimTorrent(pack, announce)
    expect({ private: false, ...parsed }).toEqual(slim)
    expect(realHash).toBe(pack.infoHash)
    expect(realHash).not.toBe(infoHash)
    const { repocast, ...known } = info as Record<string, unknown>
    expect(asArrays(slimInfo)).toEqual(asArrays(known))
  },
)

function asArrays(info: object): object {
  return Object.fromEntries(
    Object.entries(info).map(([key, value]) => [key, value instanceof Uint8Array ? [...value] : value]),
  )
}

test('parse-torrent passes it on, as webtorrent has it do', async () => {
  const { pack } = await packOf(blobs)
  const slim = slimTorrent(pack, [])
  expect(await parseTorrent(slim as never)).toBe(slim)
})

test('each call gives an object of its own, because webtorrent changes it', async () => {
  const { pack } = await packOf(blobs)
  const first = slimTorrent(pack, ['http://a.example/announce'])
  first.announce.push('x')
  first.files.pop()
  first.pieces.pop()
  expect(slimTorrent(pack, [])).toMatchObject({ announce: [], files: [{ length: pack.bytes }] })
  expect(slimTorrent(pack, []).pieces).toHaveLength(pack.pieceCount)
})
