import { isRepocastError } from '@repocast/errors'
import { objectIdOf } from '@repocast/objects'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { packOf } from '../pack-of.ts'
import { maxTorrentBytes } from './layout.ts'
import { parsePack } from './parse-pack.ts'

type Value = number | string | Buffer | readonly Value[] | { readonly [key: string]: Value | undefined }

/** Bencodes keys as they come, so that also what is wrong can be written. */
function bencode(value: Value): string {
  if (typeof value === 'number') return `i${value}e`
  if (typeof value === 'string') return `${Buffer.byteLength(value)}:${Buffer.from(value).toString('latin1')}`
  if (Buffer.isBuffer(value)) return `${value.length}:${value.toString('latin1')}`
  if (Array.isArray(value)) return `l${value.map(bencode).join('')}e`
  const fields = Object.entries(value).filter((field): field is [string, Value] => field[1] !== undefined)
  return `d${fields.map(([key, field]) => bencode(key) + bencode(field)).join('')}e`
}

const id = (seed: string) => Buffer.from(objectIdOf(Buffer.from(seed)), 'hex')
const fileAt = (...path: (string | Buffer)[]) => ({ length: 20_000, path, sha256: id(path.join('/')) })
const a = fileAt('pool', 'a')
const b = fileAt('pool', 'b')
const idOfA = a.sha256.toString('hex')

const goodInfo = {
  files: [a, b] as Value,
  name: 'debian-7',
  'piece length': 16_384,
  pieces: Buffer.alloc(60),
  repocast: { version: 1 } as Value,
}

function torrentWith(
  info: { readonly [key: string]: Value | undefined },
  outer: { readonly [key: string]: Value } = {},
) {
  return Buffer.from(bencode({ ...outer, info: { ...goodInfo, ...info } }), 'latin1')
}

async function verdict(torrent: Uint8Array): Promise<string> {
  try {
    await parsePack(torrent)
    return 'accepted'
  } catch (error) {
    if (isRepocastError(error)) return error.code.replace('REPOCAST_', '')
    throw error
  }
}

const pieces = (count: number) => Buffer.alloc(20 * count)

describe('accepted is', () => {
  test.each<[string, Buffer]>([
    ['what a pack is', torrentWith({})],
    ['a tree', torrentWith({ files: [{ ...a, path: ['.repocast', 'trees', idOfA] }, b] })],
    ['a blob without a path of its own', torrentWith({ files: [{ ...a, path: ['.repocast', 'blobs', idOfA] }, b] })],
    ['a name that is not UTF-8', torrentWith({ files: [fileAt(Buffer.from([0xff, 0x80])), b] })],
    ['a deep path', torrentWith({ files: [fileAt(...'x'.repeat(32)), b] })],
    ['a name of 255 bytes', torrentWith({ files: [fileAt('x'.repeat(255)), b] })],
    ['a directory beside a file of a longer name', torrentWith({ files: [fileAt('a', 'b'), fileAt('a-b')] })],
    ['a path that another begins with, inside of a name', torrentWith({ files: [fileAt('a'), fileAt('ab', 'a')] })],
    [
      'a private torrent',
      Buffer.from(torrentWith({}).toString('latin1').replace('8:repo', '7:privatei1e8:repo'), 'latin1'),
    ],
    [
      'what others put around the info dictionary',
      torrentWith({}, { comment: 'by hand', 'created by': 'x', extra: { a: [1] } }),
    ],
    [
      'several trackers',
      torrentWith({}, { announce: 'http://a/', 'announce-list': [['http://a/', 'udp://b:1'], ['wss://c']] }),
    ],
    ['one huge file', torrentWith({ files: [{ ...a, length: 16_384 * 1000 }], pieces: pieces(1000) })],
  ])('%s', async (_, torrent) => expect(await verdict(torrent)).toBe('accepted'))
})

describe('refused as malformed is', () => {
  const huge = Number.MAX_SAFE_INTEGER
  test.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['20 bytes, which parse-torrent takes for an info-hash', Buffer.alloc(20, 'a')],
    ['a magnet link', Buffer.from(`magnet:?xt=urn:btih:${'a'.repeat(40)}`)],
    ['JSON', Buffer.from('{}')],
    ['a list', Buffer.from('le')],
    ['no info', Buffer.from(bencode({ announce: 'http://a/' }))],
    ['an info that is a string', Buffer.from(bencode({ info: 'x' }))],
    ['something behind its end', Buffer.concat([torrentWith({}), Buffer.from('e')])],
    [
      'two info dictionaries',
      Buffer.from(
        torrentWith({})
          .toString('latin1')
          .replace(/^d(.*)e$/s, 'd$1$1e'),
        'latin1',
      ),
    ],
    ['an ordinary torrent', torrentWith({ repocast: undefined })],
    ['a version that is text', torrentWith({ repocast: { version: '1' } })],
    ['version 0', torrentWith({ repocast: { version: 0 } })],
    ['no version', torrentWith({ repocast: {} })],
    ['more than a version', torrentWith({ repocast: { versiom: 1, version: 1 } })],
    ['no files', torrentWith({ files: undefined })],
    ['an empty list of files', torrentWith({ files: [], pieces: pieces(0) })],
    ['files that are no list', torrentWith({ files: 'x' })],
    ['a file that is no dictionary', torrentWith({ files: [1] })],
    ['a file without id', torrentWith({ files: [{ length: 1, path: ['a'] }], pieces: pieces(1) })],
    ['a file without length', torrentWith({ files: [{ path: ['a'], sha256: id('x') }], pieces: pieces(1) })],
    ['a file without path', torrentWith({ files: [{ length: 1, sha256: id('x') }], pieces: pieces(1) })],
    ['a path that is a string', torrentWith({ files: [{ ...a, path: 'pool/a' }, b] })],
    ['a path of numbers', torrentWith({ files: [{ ...a, path: [1] }, b] })],
    ['a short id', torrentWith({ files: [{ ...a, sha256: Buffer.alloc(31) }, b] })],
    ['a long id', torrentWith({ files: [{ ...a, sha256: Buffer.alloc(33) }, b] })],
    ['another key in a file', torrentWith({ files: [{ attr: 'x', ...a }, b] })],
    ['another key behind', torrentWith({ files: [{ ...a, zzz: 'x' }, b] })],
    ['a negative length', torrentWith({ files: [{ ...a, length: -1 }, b] })],
    ['a file without bytes', torrentWith({ files: [{ ...a, length: 0 }, b] })],
    ['a length that is text', torrentWith({ files: [{ ...a, length: '5' }, b] })],
    [
      'lengths beyond 2^53',
      torrentWith({
        files: [
          { ...a, length: huge },
          { ...b, length: huge },
        ],
      }),
    ],
    [
      'a tree that no reader would take',
      torrentWith({
        files: [{ length: 2 ** 27, path: ['.repocast', 'trees', idOfA], sha256: a.sha256 }],
        pieces: pieces(8192),
      }),
    ],
    ['the same object twice', torrentWith({ files: [a, { ...b, sha256: a.sha256 }] })],
    ['no name', torrentWith({ name: undefined })],
    ['an empty name', torrentWith({ name: '' })],
    ['a name that climbs', torrentWith({ name: '..' })],
    ['a name with a slash', torrentWith({ name: 'a/b' })],
    ['a name that is no UTF-8', torrentWith({ name: Buffer.from([0xff]) })],
    ['a name that is a number', torrentWith({ name: 7 })],
    ['no piece length', torrentWith({ 'piece length': undefined })],
    ['a piece length of 0', torrentWith({ 'piece length': 0 })],
    ['a negative piece length', torrentWith({ 'piece length': -16_384 })],
    ['a piece length that is no power of two', torrentWith({ 'piece length': 16_385 })],
    ['a piece length that fits no memory', torrentWith({ 'piece length': 2 ** 30, pieces: pieces(1) })],
    ['a piece length below a block', torrentWith({ 'piece length': 8192, pieces: pieces(5) })],
    ['a piece length that is text', torrentWith({ 'piece length': '16384' })],
    ['no pieces', torrentWith({ pieces: undefined })],
    ['pieces that are a list', torrentWith({ pieces: [pieces(3)] })],
    ['a piece too few', torrentWith({ pieces: pieces(2) })],
    ['a piece too many', torrentWith({ pieces: pieces(4) })],
    ['a piece hash that is cut off', torrentWith({ pieces: Buffer.alloc(59) })],
    ['more pieces than clients can name', torrentWith({ pieces: pieces(400_001) })],
    ['another key in info', torrentWith({ source: 'x' })],
    ['another spelling of the name', torrentWith({ 'name.utf-8': 'x' })],
    ['a tracker that is no address', torrentWith({}, { announce: 'origin' })],
    ['a tracker that is a file', torrentWith({}, { announce: 'file:///etc/passwd' })],
    ['a tracker that is a number', torrentWith({}, { announce: 5 })],
    ['trackers that are no lists', torrentWith({}, { 'announce-list': ['http://a/'] })],
    ['trackers that are numbers', torrentWith({}, { 'announce-list': [[1]] })],
    [
      'a hundred trackers',
      torrentWith({}, { 'announce-list': Array.from({ length: 100 }, (_, k) => [`http://${k}.a/`]) }),
    ],
  ])('%s', async (_, torrent) => expect(await verdict(torrent)).toBe('PACK_MALFORMED'))
})

describe('refused for its paths is', () => {
  test.each<[string, Value]>([
    ['one that is empty', [{ ...a, path: [] }, b]],
    ['one with an empty part', [fileAt('pool', ''), b]],
    ['one that climbs', [fileAt('..', 'etc', 'passwd'), b]],
    ['one that climbs inside', [fileAt('pool', '..', '..', 'x'), b]],
    ['one with a dot', [fileAt('pool', '.'), b]],
    ['one with a slash in a part', [fileAt('pool/../../x'), b]],
    ['one that is absolute', [fileAt('/etc/passwd'), b]],
    ['one with a NUL', [fileAt('a\0'), b]],
    ['one with a part of 256 bytes', [fileAt('x'.repeat(256)), b]],
    ['one that no Linux opens', [fileAt(...Array.from({ length: 30 }, () => 'x'.repeat(200))), b]],
    ['one that is deeper than any', [fileAt(...'x'.repeat(33)), b]],
    ['one that occurs twice', [a, { ...a, sha256: id('other') }]],
    ['one that is a directory of the next', [fileAt('pool'), a]],
    ['one that is a directory of the one before', [a, fileAt('pool')]],
    ['one that is a directory of another far away', [fileAt('x'), a, b, fileAt('x', 'y', 'z')]],
    ['a tree under another id', [{ ...a, path: ['.repocast', 'trees', 'f'.repeat(64)] }, b]],
    ['a tree under its id in capitals', [{ ...a, path: ['.repocast', 'trees', idOfA.toUpperCase()] }, b]],
    ['a tree below its place', [{ ...a, path: ['.repocast', 'trees', idOfA, 'x'] }, b]],
    ['a blob under another id', [{ ...a, path: ['.repocast', 'blobs', 'f'.repeat(64)] }, b]],
    ['something else in the directory of repocast', [fileAt('.repocast', 'x'), b]],
    ['the directory of repocast as a file', [fileAt('.repocast'), b]],
  ])('%s', async (_, files) => expect(await verdict(torrentWith({ files }))).toBe('PACK_UNSAFE_PATH'))
})

test('a newer format is refused as too new, whatever else it has', async () => {
  expect(await verdict(torrentWith({ repocast: { version: 2 } }))).toBe('FORMAT_TOO_NEW')
  const newer = torrentWith({ files: undefined, repocast: { compression: 'zstd', version: 2 }, 'some key': 1 })
  expect(await verdict(newer)).toBe('FORMAT_TOO_NEW')
})

describe('refused as too big, before anything is read, is', () => {
  test('a .torrent over 64 MiB', async () =>
    expect(await verdict(Buffer.alloc(maxTorrentBytes + 1))).toBe('PACK_TOO_BIG'))
  test('a torrent with a megabyte of other things', async () =>
    expect(await verdict(torrentWith({}, { comment: 'x'.repeat(2 ** 20) }))).toBe('PACK_TOO_BIG'))
})

describe('a damaged .torrent', () => {
  const good = packOf({ 'pool/a': Buffer.alloc(50_000, 'a'), 'pool/b/c': 'b', '.x': 'c' }, { trees: ['t'] })

  test('gives an error of ours or a pack that fits together, never anything else', async () => {
    const { torrent } = await good
    const edit = fc.tuple(fc.nat(torrent.length - 1), fc.constantFrom(0, 1, 5), fc.uint8Array({ maxLength: 3 }))
    await fc.assert(
      fc.asyncProperty(edit, async ([at, removed, added]) => {
        const damaged = Buffer.concat([torrent.subarray(0, at), added, torrent.subarray(at + removed)])
        if ((await verdict(damaged)) !== 'accepted') return
        const pack = await parsePack(damaged)
        expect(pack.pieceCount).toBe(Math.ceil(pack.bytes / pack.pieceLength))
        expect(pack.pieceHashes).toHaveLength(20 * pack.pieceCount)
        const last = pack.objectCount - 1
        expect(pack.objectOffset(last) + pack.objectBytes(last)).toBe(pack.bytes)
      }),
      { numRuns: 200 },
    )
  })

  test('is refused wherever it is cut off', async () => {
    const { torrent } = await good
    for (let length = 0; length < torrent.length; length += 7) {
      expect(await verdict(torrent.subarray(0, length))).toBe('PACK_MALFORMED')
    }
  })
})

test('a pack does not change when the bytes that it was read from do', async () => {
  const { torrent, pack: before } = await packOf({ a: 'content' })
  const bytes = Buffer.from(torrent)
  const pack = await parsePack(bytes)
  bytes.fill(0)
  expect([pack.path(0), pack.objectId(0)]).toEqual(['a', before.objectId(0)])
  expect(pack.infoBytes).toEqual(before.infoBytes)
})

test('a pack in the middle of a larger buffer is read from there', async () => {
  const { torrent, pack } = await packOf({ a: 'content' })
  const larger = Buffer.concat([Buffer.alloc(13), torrent, Buffer.alloc(13)])
  expect((await parsePack(new Uint8Array(larger.buffer, larger.byteOffset + 13, torrent.length))).infoHash).toBe(
    pack.infoHash,
  )
})
