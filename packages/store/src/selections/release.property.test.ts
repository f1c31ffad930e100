import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@repocast/errors'
import { HashPool } from '@repocast/files'
import { buildTree, type ObjectId, objectIdOf, parseRepositoryName, type SnapshotRecord } from '@repocast/objects'
import { type MemoryPack, packOf } from '@repocast/packs/testing'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore, type Store } from '../store.ts'

const repository = parseRepositoryName('test')
const pieceBytes = 16 * 1024

let directory: string
let hashPool: HashPool
let store: Store

beforeEach(() => {
  hashPool = new HashPool({ threads: 1 })
})
afterEach(async () => {
  await store.close()
  await hashPool.close()
  spawnSync('rm', ['-rf', directory])
})

async function newStore(): Promise<void> {
  directory = mkdtempSync(join(tmpdir(), 'repocast-release-'))
  store = await openStore({ directory, logger: silentLogger, hashPool })
}

/** Receives pieces of a pack; `which` says which. */
async function receive({ torrent, pack, content }: MemoryPack, which: (piece: number) => boolean): Promise<void> {
  await store.packs.add(torrent)
  const storage = await store.openPack(pack.infoHash)
  for (let piece = 0; piece < pack.pieceCount; piece += 1) {
    if (which(piece)) await storage.write(piece, content.subarray(piece * pieceBytes, (piece + 1) * pieceBytes))
  }
  await storage.flush()
}

/** A snapshot of these blobs, of which a filter takes those that `isWanted` says. */
async function select(
  made: MemoryPack,
  blobs: readonly (readonly [name: string, bytes: Buffer])[],
  isWanted: (name: string) => boolean,
): Promise<void> {
  const ingest = store.ingest()
  const held: ObjectId[] = []
  const treeOf = async (files: typeof blobs) => {
    const entries = files.map(([name, bytes]) => ({
      ...{ type: 'f' as const, name, mode: 0o644, mtime: 0 },
      ...{ size: bytes.length, id: objectIdOf(bytes) },
    }))
    const { id, trees } = buildTree(entries)
    for (const tree of trees) {
      held.push(tree.id)
      if (!ingest.has(tree.id)) await ingest.addBytes(tree.id, tree.bytes)
    }
    return { id, size: trees.at(-1)?.bytes.length ?? 0 }
  }
  const whole = await treeOf(blobs)
  const part = await treeOf(blobs.filter(([name]) => isWanted(name)))
  await ingest.commit()
  const { pack, torrent } = made
  const counts = { files: blobs.length, links: 0, directories: 0 }
  const reference = {
    ...{ infoHash: pack.infoHash, torrentId: objectIdOf(torrent), torrentBytes: torrent.length },
    ...{ bytes: pack.bytes, objects: pack.objectCount },
  }
  const record: SnapshotRecord = {
    ...{ repository, kind: 'plain', serial: 1, created: '2026-11-20T00:00:00Z', counts, bytes: 0, findings: [] },
    ...{ root: { ...whole, mode: 0o755, mtime: 0 }, packs: [reference] },
  }
  store.snapshots.add(record)
  const number = store.selections.begin(repository, 1, '{}')
  store.selections.hold(number, held)
  store.selections.finish(number, { root: part, counts, bytes: 0, leftOut: { files: 0, bytes: 0 } })
  store.selections.setCurrent(repository, 1, store.selections.find(repository, 1, '{}'))
  store.selections.narrow(repository)
}

const size = fc.oneof(fc.integer({ min: 1, max: 9000 }), fc.integer({ min: 10_000, max: 70_000 }))
const given = fc.record({
  blobs: fc.array(fc.record({ size, isWanted: fc.boolean() }), { minLength: 1, maxLength: 12 }),
  isReceived: fc.option(fc.infiniteStream(fc.boolean()), { nil: undefined }),
})

test('what nobody wants goes; what is wanted and every piece that has bytes of it stay, also after a restart', async () => {
  await fc.assert(
    fc.asyncProperty(given, async ({ blobs, isReceived }) => {
      await newStore()
      const files = blobs.map(({ size: length }, k): [string, Buffer] => [
        `f${String(k).padStart(2, '0')}`,
        Buffer.alloc(length, `content of ${k} `),
      ])
      const isWanted = (name: string): boolean => blobs[Number(name.slice(1))]?.isWanted === true
      const made = await packOf(Object.fromEntries(files), { pieceLength: pieceBytes })
      const { pack, content } = made
      await select(made, files, isWanted)
      const wanted = new Set(files.filter(([name]) => isWanted(name)).map(([, bytes]) => objectIdOf(bytes)))
      const needed = new Set<number>()
      for (let object = 0; object < pack.objectCount; object += 1) {
        if (!wanted.has(pack.objectId(object))) continue
        const { first, last } = pack.piecesOfObject(object)
        for (let piece = first; piece <= last; piece += 1) needed.add(piece)
      }
      // all that is wanted is here, and more or less of the rest
      await receive(made, piece => needed.has(piece) || (isReceived?.next().value ?? true))

      expect(await store.release(repository)).toBeDefined()
      expect(store.selections.isNarrowed(repository)).toBe(false)
      const look = async (): Promise<void> => {
        const storage = await store.openPack(pack.infoHash)
        for (let piece = 0; piece < pack.pieceCount; piece += 1) {
          if (needed.has(piece)) {
            expect(storage.hasPiece(piece)).toBe(true)
            const there = content.subarray(piece * pieceBytes, (piece + 1) * pieceBytes)
            expect(there.equals(await storage.read(piece))).toBe(true)
          }
        }
        for (let object = 0; object < pack.objectCount; object += 1) {
          const id = pack.objectId(object)
          const { first, last } = pack.piecesOfObject(object)
          const isInNeeded = Array.from({ length: last - first + 1 }, (_, k) => needed.has(first + k)).every(Boolean)
          expect(store.objects.has(id)).toBe(isInNeeded)
          expect(existsSync(store.layout.object(id))).toBe(isInNeeded)
          expect(storage.missingPiecesOf(id).every(piece => !needed.has(piece))).toBe(true)
        }
      }
      await look()
      store.closePack(pack.infoHash)
      await look()
      await store.close()
      store = await openStore({ directory, logger: silentLogger, hashPool })
      await look()
      // what went can come again
      const storage = await store.openPack(pack.infoHash)
      for (const piece of storage.missingPieces())
        await storage.write(piece, content.subarray(piece * pieceBytes, (piece + 1) * pieceBytes))
      await storage.flush()
      expect(storage.isWhole).toBe(true)
      await store.close()
      spawnSync('rm', ['-rf', directory])
      await newStore()
    }),
    { numRuns: 6 },
  )
}, 60_000)

/** A store that has all of two files, of which the first one is selected. */
async function halfSelected(): Promise<readonly [string, Buffer][]> {
  await newStore()
  const files: [string, Buffer][] = [
    ['a', Buffer.alloc(40_000, 'a')],
    ['b', Buffer.alloc(40_000, 'b')],
  ]
  const made = await packOf(Object.fromEntries(files), { pieceLength: pieceBytes })
  await select(made, files, name => name === 'a')
  await receive(made, () => true)
  return files
}

test('while another snapshot needs all of a pack, nothing of it goes', async () => {
  const files = await halfSelected()
  const record = store.snapshots.get(repository, 1)
  if (record) store.snapshots.add({ ...record, repository: parseRepositoryName('other') })
  expect(await store.release(repository)).toMatchObject({ objects: 0 })
  for (const [, bytes] of files) expect(store.objects.has(objectIdOf(bytes))).toBe(true)
})

test('a snapshot that comes meanwhile stops it', async () => {
  const files = await halfSelected()
  const record = store.snapshots.get(repository, 1)
  const releasing = store.release(repository)
  if (record) store.snapshots.add({ ...record, serial: 2 })
  const released = await releasing
  // seen at once, or just before the first removal
  expect(released?.objects ?? 0).toBe(0)
  for (const [, bytes] of files) expect(store.objects.has(objectIdOf(bytes))).toBe(true)
})
