import { createReadStream, lstatSync, readFileSync } from 'node:fs'
import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database } from '@repocast/database'
import { isRepocastError, RepocastError, systemErrorCode } from '@repocast/errors'
import { explainDiskError, lookAt, onDisk } from '@repocast/files'
import {
  decodeTree,
  emptyBlobId,
  maxTreeBytes,
  type ObjectId,
  objectIdOf,
  parseObjectId,
  type Tree,
} from '@repocast/objects'
import { toBytes, toObjectId } from '../catalog/catalog.ts'
import { Layout } from '../layout.ts'

/** Objects up to this many bytes are read in one go. */
const readAtOnce = 64 * 1024
/** Entries of decoded trees that are kept in memory, at most: some 6 MB. */
const keptEntries = 20_000

/** Objects that lie whole in the store. */
export class ObjectFiles {
  /** Told of an object of the catalog that was not there, or not what its id says, when it was needed. */
  onDamage: ((id: ObjectId) => void) | undefined
  readonly #layout: Layout
  readonly #catalog: Database
  readonly #trees = new Map<ObjectId, Tree>()
  #entries = 0
  readonly #selectSize
  readonly #insert
  readonly #selectBehind

  constructor(layout: Layout, catalog: Database) {
    this.#layout = layout
    this.#catalog = catalog
    this.#selectSize = catalog.prepare<[Buffer], { size: number }>('SELECT size FROM objects WHERE id = ?')
    this.#selectBehind = catalog.prepare<[Buffer, number], { id: Buffer; size: number }>(
      'SELECT id, size FROM objects WHERE id > ? ORDER BY id LIMIT ?',
    )
    this.#insert = catalog.prepare<[Buffer, number]>('INSERT OR IGNORE INTO objects (id, size) VALUES (?, ?)')
  }

  /** Makes the directories, and the blob without bytes, which every store holds. */
  async prepare(): Promise<void> {
    const { objects, partial, incoming, torrents, generations } = this.#layout
    await onDisk('make directories in', this.#layout.directory, async () => {
      for (const directory of [objects, partial]) {
        for (const digits of Layout.fanOut) await mkdir(join(directory, digits), { recursive: true })
      }
      for (const directory of [incoming, torrents, generations]) await mkdir(directory, { recursive: true })
      await makeEmptyFile(this.#layout.object(emptyBlobId))
    })
    if (!this.has(emptyBlobId)) await this.#rebuild()
  }

  /** Records all objects that lie there: the catalog is new, or was lost. */
  async #rebuild(): Promise<void> {
    for (const digits of Layout.fanOut) {
      const directory = join(this.#layout.objects, digits)
      const names = await onDisk('read', directory, async () => await readdir(directory))
      this.#catalog.transaction(() => {
        // others are variants, which are found by their names
        for (const name of names.filter(other => /^[0-9a-f]{62}$/.test(other))) {
          const stat = lookAt(join(directory, name))
          if (stat?.isFile()) this.note(parseObjectId(digits + name), stat.size)
        }
      })()
    }
  }

  /** Makes the blob without bytes anew. */
  async makeEmpty(): Promise<void> {
    await onDisk('make', this.#layout.object(emptyBlobId), async () => {
      await makeEmptyFile(this.#layout.object(emptyBlobId))
    })
    this.note(emptyBlobId, 0)
  }

  has(id: ObjectId): boolean {
    return this.#selectSize.get(toBytes(id)) !== undefined
  }

  /** Bytes of an object; 0 when it is not here. */
  sizeOf(id: ObjectId): number {
    return this.#selectSize.get(toBytes(id))?.size ?? 0
  }

  /** Objects behind `from` (32 bytes, or none for all) in the order of their ids, at most `limit`. */
  list(from: Buffer, limit: number): { readonly id: ObjectId; readonly size: number }[] {
    return this.#selectBehind.all(from, limit).map(({ id, size }) => ({ id: toObjectId(id), size }))
  }

  /** Bytes of all objects; reads the whole list. */
  bytes(): number {
    return this.#catalog.prepare<[], { bytes: number }>('SELECT total(size) AS bytes FROM objects').get()?.bytes ?? 0
  }

  /** Records in the catalog that an object lies under its final name. */
  note(id: ObjectId, size: number): void {
    this.#insert.run(toBytes(id), size)
  }

  /**
   * Whether the file of an object that the catalog does not know lies there after all. Records it then.
   */
  find(id: ObjectId, size: number): boolean {
    const stat = lookAt(this.#layout.object(id))
    if (!stat?.isFile() || stat.size !== size) return false
    this.note(id, size)
    return true
  }

  /** The bytes of an object as a stream. @throws REPOCAST_OBJECT_MISSING; system errors while reading */
  async *read(id: ObjectId): AsyncGenerator<Buffer> {
    const path = this.#layout.object(id)
    const size = this.#selectSize.get(toBytes(id))?.size ?? Number.POSITIVE_INFINITY
    try {
      // A stream costs a buffer and several turns of the event loop: too much for each of 100,000 small files.
      if (size <= readAtOnce) yield readFileSync(path)
      else yield* createReadStream(path, { highWaterMark: 1024 * 1024 })
    } catch (error) {
      throw systemErrorCode(error) === 'ENOENT' ? this.#missing(id) : explainDiskError(error, 'read', id)
    }
  }

  /**
   * The tree object `id`, verified against its id.
   * @throws RepocastError REPOCAST_OBJECT_MISSING, REPOCAST_OBJECT_ROTTEN, REPOCAST_TREE_MALFORMED
   */
  readonly readTree = async (id: ObjectId): Promise<Tree> => {
    const kept = this.#trees.get(id)
    if (kept) return kept
    const tree = decodeTree(await this.#readWhole(id))
    if (!this.#trees.has(id)) this.#entries += entriesOf(tree)
    this.#trees.set(id, tree)
    for (const [oldestId, oldest] of this.#trees) {
      if (this.#entries <= keptEntries) break
      this.#trees.delete(oldestId)
      this.#entries -= entriesOf(oldest)
    }
    return tree
  }

  /** As `readTree`, but at once, for those who cannot wait; nothing is kept. @throws as `readTree` */
  readTreeNow(id: ObjectId): Tree {
    const kept = this.#trees.get(id)
    if (kept) return kept
    const path = this.#layout.object(id)
    try {
      if (lstatSync(path).size > maxTreeBytes) throw this.#rotten(id)
      return decodeTree(this.#verified(id, readFileSync(path)))
    } catch (error) {
      throw this.#explain(error, id, path)
    }
  }

  async #readWhole(id: ObjectId): Promise<Buffer> {
    try {
      return await this.#readVerified(id)
    } catch (error) {
      if (isRepocastError(error, 'REPOCAST_OBJECT_MISSING', 'REPOCAST_OBJECT_ROTTEN') && this.has(id)) {
        this.onDamage?.(id)
      }
      throw error
    }
  }

  async #readVerified(id: ObjectId): Promise<Buffer> {
    const path = this.#layout.object(id)
    try {
      if ((await lstat(path)).size > maxTreeBytes) throw this.#rotten(id)
      return this.#verified(id, await readFile(path))
    } catch (error) {
      throw this.#explain(error, id, path)
    }
  }

  #verified(id: ObjectId, bytes: Buffer): Buffer {
    if (objectIdOf(bytes) !== id) throw this.#rotten(id)
    return bytes
  }

  #explain(error: unknown, id: ObjectId, path: string): unknown {
    return systemErrorCode(error) === 'ENOENT' ? this.#missing(id) : explainDiskError(error, 'read', path)
  }

  #missing(id: ObjectId): RepocastError {
    return new RepocastError('REPOCAST_OBJECT_MISSING', {
      message: `the object ${id} is not in ${this.#layout.objects}`,
    })
  }

  #rotten(id: ObjectId): RepocastError {
    return new RepocastError('REPOCAST_OBJECT_ROTTEN', {
      message: `the bytes of ${this.#layout.object(id)} are not those of its id`,
      hint: 'remove the file, so that it is fetched again; and check the disk',
    })
  }
}

/** Not by opening what is there: a snapshot may have given it a mode that forbids it. */
async function makeEmptyFile(path: string): Promise<void> {
  try {
    await writeFile(path, '', { flag: 'wx' })
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error
  }
}

/** Never 0, so that empty directories do not stay for ever. */
function entriesOf({ entries, segments }: Tree): number {
  return 1 + (entries ?? segments).length
}
