import { closeSync, existsSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Database } from '@repocast/database'
import { explainDiskError } from '@repocast/files'
import type { InfoHash, ObjectId, RepositoryName } from '@repocast/objects'
import { durably, toBytes } from '../catalog/catalog.ts'
import { Collector, type Row } from '../collect/collect.ts'
import type { Layout } from '../layout.ts'
import type { ObjectFiles } from '../objects/object-files.ts'
import type { Committer } from '../pieces/committer.ts'
import type { OpenFiles } from '../pieces/open-files.ts'
import type { PackStorage } from '../pieces/pack-storage.ts'
import type { Snapshots } from '../snapshots/snapshots.ts'
import { planRelease, type WantedOfPack } from './plan-release.ts'
import type { Selections } from './selections.ts'
import { WantedObjects } from './wanted-objects.ts'

/** What was removed, and the packs that have lost pieces by it. */
export interface Released {
  readonly objects: number
  readonly bytes: number
  readonly packs: readonly InfoHash[]
}

export interface ReleaseSurroundings {
  readonly layout: Layout
  readonly catalog: Database
  readonly objects: ObjectFiles
  readonly snapshots: Snapshots
  readonly selections: Selections
  readonly files: OpenFiles
  readonly committer: Committer
  readonly openPack: (infoHash: InfoHash) => Promise<PackStorage>
}

/** Objects that one turn of the event loop removes, at most. */
const objectsAtOnce = 200

interface PlannedPack extends WantedOfPack {
  readonly storage: PackStorage
}

/**
 * Removes the objects of a repository's packs that no snapshot needs any more because of a filter, but for the bytes of
 * pieces that have others that are needed. A kill in between leaves what the next release goes on with.
 * @returns undefined when snapshots came or went meanwhile: then it has to be tried again
 * @throws RepocastError REPOCAST_OBJECT_MISSING, REPOCAST_OBJECT_ROTTEN, REPOCAST_DISK_REFUSED; the reason of `signal`
 */
export async function release(
  store: ReleaseSurroundings,
  repository: RepositoryName,
  signal?: AbortSignal,
): Promise<Released | undefined> {
  const wanted = new WantedObjects(store.catalog, store.objects.readTree, store.snapshots)
  try {
    const infoHashes = wanted.packs(repository)
    const snapshots = fingerprintOf(store.catalog)
    await wanted.gather(signal)
    const planned = new Map<InfoHash, PlannedPack>()
    for (const infoHash of infoHashes) {
      const storage = await store.openPack(infoHash)
      const { pack } = storage
      planned.set(infoHash, { storage, ...planRelease(pack, object => wanted.has(pack.objectId(object))) })
      await nextTurn()
    }
    const releaser = new Releaser(store, planned)
    for (const ids of batches(releaser.unneeded())) {
      signal?.throwIfAborted()
      if (!(await releaser.remove(ids, () => fingerprintOf(store.catalog) === snapshots))) return undefined
      await nextTurn()
    }
    if (!wanted.isWaiting(repository)) store.selections.clearNarrowed(repository)
    return releaser.released
  } finally {
    wanted.close()
  }
}

/** Changes whenever a snapshot comes or goes: whoever fetches says first what for. */
function fingerprintOf(catalog: Database): string {
  const rows = catalog
    .prepare<[], { repository: string; serial: number; current: number | null }>(
      `SELECT snapshots.repository, snapshots.serial, max(number) AS current FROM snapshots
       LEFT JOIN selections USING (repository, serial) GROUP BY 1, 2 ORDER BY 1, 2`,
    )
    .all()
  return JSON.stringify(rows)
}

class Releaser {
  readonly #store: ReleaseSurroundings
  readonly #planned: ReadonlyMap<InfoHash, PlannedPack>
  readonly #collector: Collector
  readonly #deletePieces
  readonly #packsWith
  readonly #touched = new Set<InfoHash>()
  #objects = 0
  #bytes = 0

  constructor(store: ReleaseSurroundings, planned: ReadonlyMap<InfoHash, PlannedPack>) {
    this.#store = store
    this.#planned = planned
    this.#collector = new Collector(store.layout, store.catalog)
    this.#deletePieces = store.catalog.prepare<[Buffer]>(
      'DELETE FROM pieces WHERE pack IN (SELECT number FROM packs WHERE info_hash = ?)',
    )
    this.#packsWith = store.catalog.prepare<[Buffer], { hash: string }>(
      'SELECT lower(hex(info_hash)) AS hash FROM pack_objects JOIN packs ON number = pack WHERE object = ?',
    )
  }

  get released(): Released {
    return { objects: this.#objects, bytes: this.#bytes, packs: [...this.#touched] }
  }

  /** Objects of which something is here, and that no pack holds them for. */
  *unneeded(): Generator<ObjectId> {
    const { layout, objects } = this.#store
    const seen = new Set<ObjectId>()
    for (const { storage, unneeded } of this.#planned.values()) {
      const { pack } = storage
      for (const object of unneeded) {
        const id = pack.objectId(object)
        if (seen.has(id) || !this.#isUnneededByAll(id)) continue
        seen.add(id)
        if (objects.has(id) || existsSync(layout.partialObject(id))) yield id
      }
    }
  }

  #isUnneededByAll(id: ObjectId): boolean {
    for (const { hash } of this.#packsWith.all(toBytes(id))) {
      const planned = this.#planned.get(hash as InfoHash)
      if (planned === undefined) return false
      const object = planned.storage.pack.indexOf(id)
      if (object === undefined || !includes(planned.unneeded, object)) return false
    }
    return true
  }

  /** @returns whether it is still as it was planned */
  async remove(ids: readonly ObjectId[], isSame: () => boolean): Promise<boolean> {
    const { layout, catalog, files, committer, objects } = this.#store
    for (const id of ids) {
      await files.forget(layout.object(id))
      await files.forget(layout.partialObject(id))
    }
    if (!isSame()) return false
    // from here on without waiting, so that nobody sees one half of it
    const holders = [...this.#planned.values()].flatMap(planned => {
      const own = ids.flatMap(id => planned.storage.pack.indexOf(id) ?? [])
      return own.length > 0 ? [{ planned, own }] : []
    })
    for (const id of ids)
      this.#keepEdges(
        id,
        holders.map(({ planned }) => planned),
      )
    const rows = ids.flatMap((id): Row[] => (objects.has(id) ? [{ id: toBytes(id), size: objects.sizeOf(id) }] : []))
    durably(catalog, () => {
      // pieces that are left are found again by their hashes when a pack is opened after a kill
      for (const { planned } of holders) this.#deletePieces.run(toBytes(planned.storage.pack.infoHash))
    })
    const removed = this.#collector.remove(rows, async path => await files.forget(path))
    committer.heldHasChanged()
    for (const { planned, own } of holders) {
      planned.storage.letGo(own, planned.pieces)
      this.#touched.add(planned.storage.pack.infoHash)
    }
    await removed
    this.#collector.forget()
    this.#objects += rows.length
    this.#bytes += rows.reduce((sum, { size }) => sum + size, 0)
    return true
  }

  /** Leaves of an object only what lies in needed pieces, in its partial file. */
  #keepEdges(id: ObjectId, planned: readonly PlannedPack[]): void {
    const { layout, objects } = this.#store
    const partial = layout.partialObject(id)
    const source = objects.has(id) ? layout.object(id) : partial
    try {
      const edges = planned
        .flatMap(one => edgesOf(one, id))
        .map(range => ({ ...range, bytes: readRange(source, range) }))
      rmSync(partial, { force: true })
      if (edges.length > 0) writeRanges(partial, edges)
    } catch (error) {
      throw explainDiskError(error, 'write', partial)
    }
  }
}

interface FileRange {
  readonly offset: number
  readonly length: number
}

/** Where the bytes of an object lie in it that are in needed pieces which are here. */
function edgesOf({ storage, pieces }: PlannedPack, id: ObjectId): FileRange[] {
  const { pack } = storage
  const object = pack.indexOf(id)
  if (object === undefined) return []
  const { first, last } = pack.piecesOfObject(object)
  // no piece in between has anything but this object
  return [...new Set([first, last])].flatMap(piece => {
    if (!pieces.has(piece) || !storage.hasPiece(piece)) return []
    const ranges = pack.rangesOfPiece(piece).filter(range => range.object === object)
    return ranges.map(({ objectOffset: offset, length }) => ({ offset, length }))
  })
}

/** `sorted` in growing order. */
function includes(sorted: readonly number[], value: number): boolean {
  let [from, to] = [0, sorted.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if ((sorted[middle] ?? 0) < value) from = middle + 1
    else to = middle
  }
  return sorted[from] === value
}

function* batches(ids: Iterable<ObjectId>): Generator<ObjectId[]> {
  let batch: ObjectId[] = []
  for (const id of ids) {
    batch.push(id)
    if (batch.length < objectsAtOnce) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

function readRange(path: string, { offset, length }: FileRange): Buffer {
  const fd = openSync(path, 'r')
  try {
    const bytes = Buffer.allocUnsafe(length)
    return bytes.subarray(0, readSync(fd, bytes, 0, length, offset))
  } finally {
    closeSync(fd)
  }
}

function writeRanges(path: string, ranges: readonly { readonly offset: number; readonly bytes: Buffer }[]): void {
  const fd = openSync(path, 'w', 0o644)
  try {
    for (const { offset, bytes } of ranges) writeSync(fd, bytes, 0, bytes.length, offset)
  } finally {
    closeSync(fd)
  }
}
