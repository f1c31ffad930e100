import { createHash } from 'node:crypto'
import { isRepocastError } from '@repocast/errors'
import { decodeName, objectIdOf } from '@repocast/objects'
import parseTorrent from 'parse-torrent'
import { describe, expect, test } from 'vitest'
import { packOf } from '../pack-of.ts'
import type { PackEntry, PackPlan } from '../plan/entry.ts'
import { type MakeOptions, makeTorrent } from './make-torrent.ts'
import { readEntries } from './slim-form.ts'

const sha1 = (bytes: Uint8Array) => createHash('sha1').update(bytes).digest('hex')

function planOf(content: Buffer, claims: Partial<PackEntry> = {}): PackPlan {
  const entry = { kind: 'blob' as const, id: objectIdOf(content), size: content.length, path: 'pool/a', ...claims }
  return { entries: [entry], bytes: entry.size, pieceLength: 16 * 1024 }
}

function reading(...chunks: Uint8Array[]): Pick<MakeOptions, 'read' | 'name' | 'announce'> {
  const read = async function* () {
    yield* chunks
  }
  return { name: 'debian-7', announce: [], read }
}

describe('a torrent that was made', () => {
  const name = decodeName(Buffer.from([0x66, 0xff, 0x2e, 0xc3]))
  const blobs = {
    'pool/a b/ä.deb': Buffer.alloc(40_000, 'a'),
    [`pool/${name}`]: 'bytes that are no UTF-8',
    '.treeinfo': 'a dot file',
    'repodata/repomd.xml': 'metadata',
  }
  const made = packOf(blobs, { trees: ['a tree'], name: 'debian-7', announce: ['http://origin.example/announce'] })

  test('has the SHA-1 of the content, piece by piece', async () => {
    const { pack, content } = await made
    for (let piece = 0; piece < pack.pieceCount; piece += 1) {
      const start = piece * pack.pieceLength
      expect(pack.pieceHash(piece).toString('hex')).toBe(sha1(content.subarray(start, start + pack.pieceBytes(piece))))
    }
  })

  test('is a multi-file torrent to others, with the same info-hash', async () => {
    const { torrent, pack, plan } = await made
    const parsed: Record<string, unknown> = { ...(await parseTorrent(torrent)) }
    expect(parsed).toMatchObject({ infoHash: pack.infoHash, name: 'debian-7', length: pack.bytes })
    expect(parsed.files).toHaveLength(plan.entries.length)
    expect(parsed.files).toContainEqual(expect.objectContaining({ path: 'debian-7/pool/a b/ä.deb', length: 40_000 }))
    expect(parsed.files).toContainEqual(
      expect.objectContaining({ path: `debian-7/.repocast/trees/${objectIdOf(Buffer.from('a tree'))}`, length: 6 }),
    )
  })

  test('keeps the bytes of names that are not UTF-8', async () => {
    const { torrent, pack, plan } = await made
    const index = plan.entries.findIndex(({ path }) => path === `pool/${name}`)
    expect(pack.path(index)).toBe(`pool/${name}`)
    expect(torrent.includes(Buffer.from([0x34, 0x3a, 0x66, 0xff, 0x2e, 0xc3]))).toBe(true)
  })

  test('names its trackers and no others, and no time', async () => {
    const { torrent, pack } = await made
    expect(pack.announce).toEqual(['http://origin.example/announce'])
    expect([...readEntries(torrent).keys()].sort()).toEqual([
      'announce',
      'announce-list',
      'created by',
      'encoding',
      'info',
    ])
    const { torrent: alone, pack: packAlone } = await packOf(blobs)
    expect(packAlone.announce).toEqual([])
    expect(alone.includes('tracker')).toBe(false)
  })

  test('is private when it is asked for, and has another info-hash then', async () => {
    const secret = await packOf(blobs, { private: true })
    const open = await packOf(blobs)
    expect([secret.pack.private, open.pack.private]).toEqual([true, false])
    expect(secret.pack.infoHash).not.toBe(open.pack.infoHash)
  })
})

describe('the same content gives the same torrent', () => {
  const content = Buffer.alloc(100_000, 'some content;')
  const whole = makeTorrent(planOf(content), reading(content))

  test.each([1000, 16 * 1024, 50_000])('when it is read %i bytes at a time', async length => {
    const chunks = []
    for (let at = 0; at < content.length; at += length) chunks.push(content.subarray(at, at + length))
    expect((await makeTorrent(planOf(content), reading(...chunks))).torrent).toEqual((await whole).torrent)
  })

  test('when chunks without bytes are among it', async () => {
    const [none, first, second] = [Buffer.alloc(0), content.subarray(0, 7), content.subarray(7)]
    const made = await makeTorrent(planOf(content), reading(none, first, none, none, second, none))
    expect(made.torrent).toEqual((await whole).torrent)
  })

  test('by the info-hash that it had in version 1 of the format', async () => {
    expect(
      (await packOf({ 'pool/a': 'one', 'pool/b': 'two' }, { trees: ['three'] })).pack.infoHash,
    ).toMatchInlineSnapshot(`"4b3b4b01149dc248b02cc170b2250d547175aa3c"`)
  })
})

describe('nothing is made', () => {
  const content = Buffer.alloc(1000, 'x')
  test.each([
    ['more bytes than the object has', content, [content, content]],
    ['fewer bytes', content, [content.subarray(1)]],
    ['no bytes', content, []],
    ['other bytes', content, [Buffer.alloc(1000, 'y')]],
  ])('when %s are read', async (_, expected, chunks) => {
    const failure = makeTorrent(planOf(expected), reading(...chunks))
    await expect(failure).rejects.toMatchObject({ code: 'REPOCAST_PACK_CONTENT_MISMATCH' })
    await expect(failure).rejects.toThrow(/pool\/a/)
  })

  test('when reading fails, and the failure is handed on', async () => {
    const failure = new Error('the disk is gone')
    const read = async function* () {
      yield content
      throw failure
    }
    await expect(makeTorrent(planOf(content), { ...reading(), read })).rejects.toBe(failure)
  })

  test('when it is aborted, and reading ends', async () => {
    const controller = new AbortController()
    let ended = false
    const read = async function* () {
      try {
        for (;;) {
          yield Buffer.alloc(1000, 'x')
          controller.abort(new Error('told to stop'))
        }
      } finally {
        ended = true
      }
    }
    const plan = planOf(content, { size: 1e12 })
    await expect(makeTorrent(plan, { ...reading(), read, signal: controller.signal })).rejects.toThrow('told to stop')
    expect(ended).toBe(true)
  })

  test.each(['../a', 'a//b', '/a', 'a/.', ''])('when the path of a blob is %j', async path => {
    const failure = makeTorrent(planOf(content, { path }), reading(content))
    await expect(failure).rejects.toSatisfy(error => isRepocastError(error, 'REPOCAST_NAME_UNSAFE'))
  })

  test.each(['..', 'a/b', ''])('when the name is %j', async name => {
    const failure = makeTorrent(planOf(content), { ...reading(content), name })
    await expect(failure).rejects.toMatchObject({ code: 'REPOCAST_NAME_UNSAFE' })
  })
})

test('progress counts all bytes, once', async () => {
  const content = Buffer.alloc(100_000, 'x')
  const seen: number[] = []
  const onProgress = ({ hashedBytes }: { hashedBytes: number }) => seen.push(hashedBytes)
  await makeTorrent(planOf(content), { ...reading(content.subarray(0, 5), content.subarray(5)), onProgress })
  expect(seen).toEqual([5, 100_000])
})
