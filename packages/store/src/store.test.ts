import { spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@repocast/errors'
import { HashPool } from '@repocast/files'
import {
  type BuiltTree,
  buildTree,
  objectIdOf,
  parseRepositoryName,
  type SnapshotRecord,
  type TreeEntry,
} from '@repocast/objects'
import { packOf } from '@repocast/packs/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openStore, type PackStorage, type Store } from './index.ts'

let directory: string
let hashPool: HashPool
let store: Store

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'repocast-store-'))
  hashPool = new HashPool({ threads: 1 })
  store = await openStore({ directory, logger: silentLogger, hashPool })
})
afterEach(async () => {
  await store.close()
  await hashPool.close()
  spawnSync('rm', ['-rf', directory])
})

async function reopen(): Promise<void> {
  await store.close()
  store = await openStore({ directory, logger: silentLogger, hashPool })
}

/** Bytes that differ from piece to piece. */
function content(length: number, seed: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, k) => (k * 31 + seed * 7 + (k >> 8)) & 255))
}

const files = {
  'pool/large': content(100_000, 1),
  'pool/small-1': content(10, 2),
  'pool/small-2': content(3000, 3),
  'repodata/x': content(40_000, 4),
}

describe('pieces', () => {
  test('a pack is complete when every piece was written, in any order', async () => {
    const { torrent, pack, content } = await packOf(files)
    await store.packs.add(torrent)
    const storage = await store.openPack(pack.infoHash)
    expect(storage.missingPieces()).toHaveLength(pack.pieceCount)
    for (let piece = pack.pieceCount - 1; piece >= 0; piece -= 1) {
      const bytes = content.subarray(piece * pack.pieceLength, piece * pack.pieceLength + pack.pieceBytes(piece))
      await storage.write(piece, bytes)
      expect((await storage.read(piece)).equals(bytes)).toBe(true)
    }
    await storage.flush()
    expect(storage.missingPieces()).toEqual([])
    for (const bytes of Object.values(files)) expect(store.objects.has(objectIdOf(bytes))).toBe(true)
    expect((await storage.read(1, 5, 100)).equals(content.subarray(pack.pieceLength + 5, pack.pieceLength + 105))).toBe(
      true,
    )
  })

  test('only the pieces of wanted objects are missing, and what came with them can be served', async () => {
    const { torrent, pack, content } = await packOf(files)
    await store.packs.add(torrent)
    const storage = await store.openPack(pack.infoHash)
    const wanted = objectIdOf(files['pool/small-1'])
    const pieces = storage.missingPieces([wanted])
    expect(pieces).toHaveLength(1)
    for (const piece of pieces) {
      const bytes = content.subarray(piece * pack.pieceLength, piece * pack.pieceLength + pack.pieceBytes(piece))
      await storage.write(piece, bytes)
    }
    await storage.flush()
    expect(store.objects.has(wanted)).toBe(true)
    expect(store.objects.has(objectIdOf(files['pool/large']))).toBe(false)
    await reopen()
    const again = await store.openPack(pack.infoHash)
    expect(again.missingPieces([wanted])).toEqual([])
    expect(again.hasPiece(pieces[0] ?? -1)).toBe(true)
    expect(
      (await again.read(pieces[0] ?? -1)).equals(
        content.subarray((pieces[0] ?? 0) * pack.pieceLength).subarray(0, pack.pieceBytes(pieces[0] ?? 0)),
      ),
    ).toBe(true)
  })

  test('pieces that were written but not recorded are found again after a crash', async () => {
    const { torrent, pack, content } = await packOf(files)
    await store.packs.add(torrent)
    const storage = await store.openPack(pack.infoHash)
    for (let piece = 0; piece < pack.pieceCount - 1; piece += 1) {
      await storage.write(piece, content.subarray(piece * pack.pieceLength, (piece + 1) * pack.pieceLength))
    }
    // A second look at the same directory, as the next start would have after SIGKILL.
    const next = await openStore({ directory, logger: silentLogger, hashPool })
    const found = await next.openPack(pack.infoHash)
    expect(found.missingPieces()).toEqual([pack.pieceCount - 1])
    await next.close()
  })

  test('objects that a crash left under their final names without a record are known to the next start', async () => {
    const { torrent, pack, content } = await packOf(files)
    await store.packs.add(torrent)
    const storage = await store.openPack(pack.infoHash)
    for (let piece = 0; piece < pack.pieceCount; piece += 1) {
      await storage.write(piece, content.subarray(piece * pack.pieceLength).subarray(0, pack.pieceBytes(piece)))
    }
    const note = store.objects.note.bind(store.objects)
    store.objects.note = () => {
      throw new Error('killed between the renames and the record')
    }
    await expect(storage.flush()).rejects.toThrow('killed')
    const next = await openStore({ directory, logger: silentLogger, hashPool })
    for (const bytes of Object.values(files)) expect(next.objects.has(objectIdOf(bytes))).toBe(true)
    expect((await next.openPack(pack.infoHash)).missingPieces()).toEqual([])
    await next.close()
    // the one whose commit failed goes on, too
    store.objects.note = note
    await storage.flush()
    expect(store.catalog.prepare('SELECT * FROM placing').all()).toEqual([])
  })

  test('a catalog that was lost knows the objects again', async () => {
    const { torrent, pack, content } = await packOf(files)
    await store.packs.add(torrent)
    const storage = await store.openPack(pack.infoHash)
    for (let piece = 0; piece < pack.pieceCount; piece += 1) {
      await storage.write(piece, content.subarray(piece * pack.pieceLength).subarray(0, pack.pieceBytes(piece)))
    }
    await storage.flush()
    await store.close()
    for (const suffix of ['', '-wal', '-shm']) rmSync(store.layout.catalog + suffix, { force: true })
    store = await openStore({ directory, logger: silentLogger, hashPool })
    for (const bytes of Object.values(files)) expect(store.objects.has(objectIdOf(bytes))).toBe(true)
    expect((await store.openPack(pack.infoHash)).missingPieces()).toEqual([])
  })

  test('a catalog that is rotten anywhere is put aside and made again where that is asked for, and refused elsewhere', async () => {
    const { torrent, pack } = await packOf(files)
    await store.packs.add(torrent)
    writeFileSync(join(store.layout.torrents, `${'0'.repeat(40)}.torrent`), 'no torrent')
    const { catalog } = store.layout
    for (const harm of ['start', 'middle'] as const) {
      await store.close()
      const bytes = readFileSync(catalog)
      bytes.fill(0xa5, harm === 'start' ? 0 : 4100, harm === 'start' ? 100 : bytes.length)
      writeFileSync(catalog, bytes)
      const refused = openStore({ directory, logger: silentLogger, hashPool }).then(
        async opened => await opened.close(),
      )
      if (harm === 'start') await expect(refused).rejects.toMatchObject({ code: 'REPOCAST_DATABASE_CORRUPT' })
      else await refused.catch(() => {})
      store = await openStore({ directory, logger: silentLogger, hashPool, mayRebuildCatalog: true })
      expect(existsSync(`${catalog}.damaged`)).toBe(true)
      expect(store.packs.has(pack.infoHash)).toBe(true)
    }
  })

  test('an object of two packs is written once, and both packs give its bytes', async () => {
    const shared = content(60_000, 9)
    const one = await packOf({ shared, a: content(9000, 5) }, { name: 'one' })
    const two = await packOf({ shared, b: content(7000, 6) }, { name: 'two' })
    const put = async ({ pack, content: bytes }: typeof one, storage: PackStorage, pieces: number[]) => {
      for (const piece of pieces) {
        const start = piece * pack.pieceLength
        await storage.write(piece, bytes.subarray(start, start + pack.pieceBytes(piece)))
      }
    }
    await store.packs.add(one.torrent)
    await store.packs.add(two.torrent)
    const [first, second] = [await store.openPack(one.pack.infoHash), await store.openPack(two.pack.infoHash)]
    const all = (pack: typeof one) => [...Array(pack.pack.pieceCount).keys()]
    await put(two, second, all(two).slice(0, 2))
    await put(one, first, all(one))
    await first.flush()
    await put(two, second, all(two).slice(2))
    await second.flush()
    for (const { memory, storage } of [
      { memory: one, storage: first },
      { memory: two, storage: second },
    ]) {
      for (const piece of all(memory)) {
        const start = piece * memory.pack.pieceLength
        const expected = memory.content.subarray(start, start + memory.pack.pieceBytes(piece))
        expect((await storage.read(piece)).equals(expected)).toBe(true)
      }
    }
    expect(existsSync(store.layout.partialObject(objectIdOf(shared)))).toBe(false)
  })

  test('bytes that fit the piece but not the object are refused and never get a final name', async () => {
    const honest = await packOf(files)
    const forged = Buffer.from(honest.torrent)
    const id = Buffer.from(objectIdOf(files['pool/large']), 'hex')
    const lie = Buffer.from(objectIdOf(Buffer.from('something else')), 'hex')
    for (let at = forged.indexOf(id); at >= 0; at = forged.indexOf(id)) lie.copy(forged, at)
    const { infoHash } = await store.packs.add(forged)
    const storage = await store.openPack(infoHash)
    await expect(writeAll(storage, honest.content)).rejects.toMatchObject({ code: 'REPOCAST_PACK_OBJECT_MISMATCH' })
    expect(store.objects.has(objectIdOf(Buffer.from('something else')))).toBe(false)
  })

  test('bytes that have changed since they were received are missing again', async () => {
    const { torrent, pack, content } = await packOf(files)
    await store.packs.add(torrent)
    const storage = await store.openPack(pack.infoHash)
    const large = objectIdOf(files['pool/large'])
    const [first = 0, ...others] = storage.missingPieces([large])
    const write = async (to: PackStorage, piece: number) =>
      await to.write(piece, content.subarray(piece * pack.pieceLength).subarray(0, pack.pieceBytes(piece)))
    for (const piece of others) await write(storage, piece)
    const fd = openSync(store.layout.partialObject(large), 'r+')
    writeSync(fd, Buffer.from('rot'), 0, 3, 70_000)
    closeSync(fd)
    await write(storage, first)
    await expect(storage.flush()).rejects.toMatchObject({ code: 'REPOCAST_OBJECT_ROTTEN' })
    expect(storage.missingPiecesOf(large)).toEqual([first, ...others])
    // as an update does after a failure
    store.closePack(pack.infoHash)
    const again = await store.openPack(pack.infoHash)
    await writeAll(again, content)
    expect(store.objects.has(large)).toBe(true)
  })

  test('lost objects and their pieces are missing until they come again, in all packs that hold them', async () => {
    const one = await packOf(files)
    const other = await packOf({ 'a/large': files['pool/large'], 'b/own': content(50_000, 9) }, { name: 'other-1' })
    const openWhole = async ({ torrent, pack, content: bytes }: typeof one) => {
      await store.packs.add(torrent)
      const storage = await store.openPack(pack.infoHash)
      await writeAll(storage, bytes)
      return storage
    }
    const first = await openWhole(one)
    const second = await openWhole(other)
    const large = objectIdOf(files['pool/large'])
    const small = objectIdOf(files['pool/small-1'])
    await store.lose([large, small], 'rotten')
    expect(existsSync(store.layout.object(large))).toBe(false)
    expect(store.losses.list().sort()).toEqual([large, small].sort())
    for (const storage of [first, second]) {
      expect(storage.isWhole).toBe(false)
      expect(storage.missingPiecesOf(large)).toHaveLength(
        storage.pack.piecesOfObject(storage.pack.indexOf(large) ?? -1).last + 1,
      )
    }
    // after a restart, too, whatever was recorded of the pieces
    await reopen()
    const again = await store.openPack(one.pack.infoHash)
    const twin = await store.openPack(other.pack.infoHash)
    expect(again.missingPieces()).toEqual(first.missingPieces())
    await writeAll(again, one.content)
    expect(again.missingPieces()).toEqual([])
    expect(store.objects.has(large)).toBe(true)
    expect(await store.regain([large])).toEqual([other.pack.infoHash])
    expect(twin.missingPieces()).toEqual([])
    expect(twin.hasPiece(0)).toBe(true)
    expect((await twin.read(0)).equals(other.content.subarray(0, twin.pack.pieceBytes(0)))).toBe(true)
  })
})

async function writeAll(storage: PackStorage, bytes: Buffer): Promise<void> {
  const { pack } = storage
  for (const piece of storage.missingPieces()) {
    await storage.write(piece, bytes.subarray(piece * pack.pieceLength).subarray(0, pack.pieceBytes(piece)))
  }
  await storage.flush()
}

describe('generations', () => {
  const repository = parseRepositoryName('test')
  let servedPath: string
  beforeEach(() => {
    servedPath = join(directory, 'www', 'test')
  })

  const blob = (name: string, text: string, mode = 0o644, mtime = 1_000_000_000): TreeEntry => ({
    type: 'f',
    name,
    mode,
    mtime,
    size: text.length,
    id: objectIdOf(Buffer.from(text)),
  })

  async function snapshot(
    serial: number,
    texts: readonly string[],
    top: readonly TreeEntry[],
    below: readonly TreeEntry[],
  ): Promise<SnapshotRecord> {
    const ingest = store.ingest()
    const put = async (trees: readonly BuiltTree[]) => {
      for (const { id, bytes } of trees) await ingest.addBytes(id, bytes)
    }
    for (const text of texts) await ingest.addBytes(objectIdOf(Buffer.from(text)), Buffer.from(text))
    const sub = buildTree(below)
    await put(sub.trees)
    const directory: TreeEntry = {
      type: 'd',
      name: 'sub',
      mode: 0o555,
      mtime: 900_000_000,
      size: sub.trees.at(-1)?.bytes.length ?? 0,
      id: sub.id,
    }
    const root = buildTree([...top, directory].sort((a, b) => (a.name < b.name ? -1 : 1)))
    await put(root.trees)
    await ingest.commit()
    return {
      repository,
      kind: 'plain',
      serial,
      created: '2026-11-20T00:00:00Z',
      root: { id: root.id, size: root.trees.at(-1)?.bytes.length ?? 0, mode: 0o755, mtime: 800_000_000 },
      counts: { files: 0, links: 0, directories: 0 },
      bytes: 0,
      packs: [],
      findings: [],
    }
  }

  test('a snapshot is checked out with modes, times and links, and the served path points to it', async () => {
    const record = await snapshot(
      1,
      ['a', 'shared'],
      [blob('a.txt', 'a', 0o600, 5), { type: 'l', name: 'link', mtime: 77, target: 'a.txt' }],
      [blob('one', 'shared'), blob('two', 'shared', 0o755, 3), blob('zero', '')],
    )
    const generation = await store.generations.build(record, servedPath)
    await store.generations.swap(generation, servedPath)
    expect(readlinkSync(servedPath)).toBe(generation.directory)
    expect(readFileSync(join(servedPath, 'a.txt'), 'utf8')).toBe('a')
    expect(lstatSync(join(servedPath, 'a.txt'))).toMatchObject({ mtimeMs: 5000, mode: 0o100600 })
    expect(lstatSync(join(servedPath, 'link')).mtimeMs).toBe(77_000)
    expect(statSync(join(servedPath, 'sub/one'))).toMatchObject({ mode: 0o100644, mtimeMs: 1e12 })
    expect(statSync(join(servedPath, 'sub/two'))).toMatchObject({ mode: 0o100755, mtimeMs: 3000 })
    expect(statSync(join(servedPath, 'sub'))).toMatchObject({ mode: 0o40555, mtimeMs: 9e11 })
    expect(statSync(servedPath).mtimeMs).toBe(8e11)
    expect(statSync(join(servedPath, 'sub/zero')).size).toBe(0)
  })

  test('the next update recycles the spare and relinks only what changed', async () => {
    const first = await snapshot(1, ['a', 'b'], [blob('a', 'a')], [blob('b', 'b')])
    await store.generations.swap(await store.generations.build(first, servedPath), servedPath)
    await store.generations.prepareSpare(first, servedPath)
    await store.generations.prepareSpare(first, servedPath)
    expect(store.generations.list(repository)).toHaveLength(2)
    const second = await snapshot(2, ['c'], [blob('a', 'a')], [blob('b', 'b'), blob('c', 'c')])
    let entries = 0
    const next = await store.generations.build(second, servedPath, {
      onProgress: progress => (entries = progress.entries),
    })
    expect(entries).toBe(2) // sub/c and sub
    expect(existsSync(join(servedPath, 'sub/c'))).toBe(false)
    await store.generations.swap(next, servedPath)
    expect(readFileSync(join(servedPath, 'sub/c'), 'utf8')).toBe('c')
    expect(store.generations.list(repository)).toHaveLength(2)
    const third = await snapshot(3, ['d'], [blob('a', 'd')], [blob('c', 'c')])
    await store.generations.swap(await store.generations.build(third, servedPath), servedPath)
    expect(existsSync(join(servedPath, 'sub/b'))).toBe(false)
    expect(readFileSync(join(servedPath, 'a'), 'utf8')).toBe('d')
  })

  test('an update that was interrupted is finished by the next one', async () => {
    const first = await snapshot(1, ['a'], [blob('a', 'a')], [blob('b', 'a')])
    await store.generations.swap(await store.generations.build(first, servedPath), servedPath)
    await store.generations.prepareSpare(first, servedPath)
    const missing = blob('z', 'not there')
    const broken = await snapshot(2, ['x'], [blob('a', 'x'), missing], [blob('c', 'a')])
    await expect(store.generations.build(broken, servedPath)).rejects.toMatchObject({ code: 'REPOCAST_OBJECT_MISSING' })
    expect(readFileSync(join(servedPath, 'a'), 'utf8')).toBe('a')
    await reopen()
    const third = await snapshot(3, ['y'], [blob('a', 'y')], [])
    await store.generations.swap(await store.generations.build(third, servedPath), servedPath)
    expect(readFileSync(join(servedPath, 'a'), 'utf8')).toBe('y')
    expect(existsSync(join(servedPath, 'sub/c'))).toBe(false)
    expect(existsSync(join(servedPath, 'z'))).toBe(false)
  })

  test('a served path that is not a link is left alone', async () => {
    writeFileSync(join(directory, 'taken'), 'mine')
    const first = await snapshot(1, [], [], [])
    await expect(store.generations.build(first, join(directory, 'taken'))).rejects.toMatchObject({
      code: 'REPOCAST_SERVED_PATH_TAKEN',
    })
    rmSync(join(directory, 'taken'))
  })
})

test('what is collected takes no space any more: nobody has it open', async () => {
  const { torrent, pack, content } = await packOf(files)
  await store.packs.add(torrent)
  const storage = await store.openPack(pack.infoHash)
  for (let piece = 0; piece < pack.pieceCount; piece += 1) {
    await storage.write(piece, content.subarray(piece * pack.pieceLength).subarray(0, pack.pieceBytes(piece)))
  }
  await storage.flush()
  for (let piece = 0; piece < pack.pieceCount; piece += 1) await storage.read(piece)
  const open = () => openIn(directory).filter(path => path.includes('/objects/'))
  expect(open()).not.toEqual([])
  store.closePack(pack.infoHash)
  await store.packs.remove([pack.infoHash])
  await store.collect()
  expect(open()).toEqual([])
})

/** What this process has open below a directory. */
function openIn(path: string): string[] {
  return readdirSync('/proc/self/fd').flatMap(fd => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`)
      return target.startsWith(path) ? [target] : []
    } catch {
      return [] // closed meanwhile
    }
  })
}

test('objects that no pack holds are collected, others stay', async () => {
  const { torrent, pack, objects } = await packOf({ a: Buffer.from('kept') })
  const ingest = store.ingest()
  for (const [id, bytes] of objects) await ingest.addBytes(id, bytes)
  const gone = Buffer.from('not in any pack')
  await ingest.addBytes(objectIdOf(gone), gone)
  await ingest.commit()
  await store.packs.add(torrent)
  expect(store.planCollection()).toEqual({ objects: 1, bytes: gone.length })
  expect(await store.collect()).toEqual({ objects: 1, bytes: gone.length })
  expect(store.objects.has(objectIdOf(gone))).toBe(false)
  expect(existsSync(store.layout.object(objectIdOf(gone)))).toBe(false)
  expect(existsSync(store.layout.object(pack.objectId(0)))).toBe(true)
})
