import { lstat, mkdir, readlink } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Database } from '@repocast/database'
import { isRepocastError, RepocastError, systemErrorCode } from '@repocast/errors'
import { onDisk, replaceLink, syncDirectories } from '@repocast/files'
import { diffTrees, type ObjectId, type RepositoryName, type SnapshotRecord, type TreeReader } from '@repocast/objects'
import { durably, toBytes, toObjectId } from '../catalog/catalog.ts'
import type { Layout } from '../layout.ts'
import { Checkout, removeAll } from './checkout.ts'

/** A checked-out snapshot. */
export interface Generation {
  readonly repository: RepositoryName
  readonly number: number
  /** Serial of the snapshot that it holds, or will hold. */
  readonly serial: number
  readonly root: ObjectId
  readonly isReady: boolean
  /** Absolute path of its directory. */
  readonly directory: string
}

export interface BuildOptions {
  readonly signal?: AbortSignal
  /** Called now and then with the number of entries that were changed. */
  readonly onProgress?: (progress: { readonly entries: number }) => void
}

interface Row {
  readonly number: number
  readonly state: 'building' | 'ready'
  readonly serial: number
  readonly root: Buffer
  readonly base: Buffer | null
}

/** Entries that are changed before the event loop gets its turn. */
const entriesPerTurn = 64

/**
 * Builds generations and moves the served path from one to the next. A generation that nobody serves is recycled by
 * applying the difference of two trees to it, so that an update costs what changed. The row of the catalog says
 * `building` before the first change and `ready` when all of it is durable.
 */
export class Generations {
  readonly #layout: Layout
  readonly #catalog: Database
  readonly #read: TreeReader
  readonly #statements

  constructor(layout: Layout, catalog: Database, read: TreeReader) {
    this.#layout = layout
    this.#catalog = catalog
    this.#read = read
    this.#statements = {
      list: catalog.prepare<[string], Row>('SELECT * FROM generations WHERE repository = ? ORDER BY number'),
      put: catalog.prepare<[string, number, string, number, Buffer, Buffer | null]>(
        `INSERT OR REPLACE INTO generations (repository, number, state, serial, root, base) VALUES (?, ?, ?, ?, ?, ?)`,
      ),
      delete: catalog.prepare<[string, number]>('DELETE FROM generations WHERE repository = ? AND number = ?'),
    }
  }

  /** Of one repository, by number. */
  list(repository: RepositoryName): Generation[] {
    return this.#statements.list.all(repository).map(row => this.#generation(repository, row))
  }

  /** The generation that `servedPath` points to; undefined when there is nothing yet, or a link to something else. */
  async served(repository: RepositoryName, servedPath: string): Promise<Generation | undefined> {
    const target = await readServedPath(servedPath)
    return this.list(repository).find(({ directory, isReady }) => isReady && directory === target)
  }

  /**
   * Checks the snapshot `record` out into a generation that is not served.
   * @throws RepocastError REPOCAST_OBJECT_MISSING when an object is not in the store, REPOCAST_DISK_FULL,
   *   REPOCAST_DISK_REFUSED; the reason of `signal`
   */
  async build(record: SnapshotRecord, servedPath: string, options: BuildOptions = {}): Promise<Generation> {
    const served = await this.served(record.repository, servedPath)
    const rows = this.#statements.list.all(record.repository)
    const free = rows.filter(({ number }) => number !== served?.number)
    const ready = free.find(row => row.state === 'ready' && toObjectId(row.root) === record.root.id)
    if (ready) return this.#relabel(record, ready)
    const unfinished = free.find(row => row.state === 'building')
    const start = unfinished ?? free[0] ?? { number: (rows.at(-1)?.number ?? 0) + 1, root: null }
    try {
      const base = unfinished ? await this.#finishInterrupted(record, unfinished, options) : start.root
      return await this.#advance(record, start.number, base, options)
    } catch (error) {
      if (!isRepocastError(error, 'REPOCAST_OBJECT_MISSING', 'REPOCAST_OBJECT_ROTTEN') || start.root === null)
        throw error
      // What the old generation was made of cannot be read any more: begin with an empty one.
      this.#remove(record.repository, start.number)
      return await this.#advance(record, start.number, null, options)
    }
  }

  /**
   * Makes a second generation of a snapshot that is served, so that the next update has one to recycle. Does nothing
   * when there is one. Costs a hard link per file, once.
   * @throws as `build`
   */
  async prepareSpare(record: SnapshotRecord, servedPath: string, options: BuildOptions = {}): Promise<void> {
    const served = await this.served(record.repository, servedPath)
    const rows = this.#statements.list.all(record.repository)
    const unfinished = rows.find(({ state }) => state === 'building')
    if (served === undefined || (rows.length > 1 && !unfinished)) return
    const number = unfinished?.number ?? Math.max(...rows.map(row => row.number)) + 1
    await this.#advance(record, number, null, options)
  }

  /**
   * Makes `servedPath` a link to the generation, in one step, durable when this returns.
   * @throws RepocastError REPOCAST_SERVED_PATH_TAKEN, REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED
   */
  async swap(generation: Generation, servedPath: string): Promise<void> {
    await onDisk('make', dirname(servedPath), async () => await mkdir(dirname(servedPath), { recursive: true }))
    await readServedPath(servedPath)
    await replaceLink(generation.directory, servedPath)
  }

  /** Removes the generations of a repository that are neither served nor the one spare. */
  async prune(repository: RepositoryName, servedPath: string): Promise<void> {
    const served = await this.served(repository, servedPath)
    const others = this.list(repository).filter(({ number }) => number !== served?.number)
    for (const { number } of others.slice(1)) this.#remove(repository, number)
  }

  #generation(repository: RepositoryName, { number, serial, root, state }: Row): Generation {
    const directory = resolve(this.#layout.generation(repository, number))
    return { repository, number, serial, root: toObjectId(root), isReady: state === 'ready', directory }
  }

  #relabel({ repository, serial }: SnapshotRecord, row: Row): Generation {
    this.#statements.put.run(repository, row.number, 'ready', serial, row.root, null)
    return this.#generation(repository, { ...row, serial })
  }

  /** Brings a generation whose building was interrupted to the tree that it was on its way to. */
  async #finishInterrupted(record: SnapshotRecord, row: Row, options: BuildOptions): Promise<Buffer> {
    const checkout = new Checkout(this.#layout, this.#layout.generation(record.repository, row.number))
    await this.#applyAll(checkout, row.base, row.root, options)
    return row.root
  }

  async #advance(
    record: SnapshotRecord,
    number: number,
    base: Buffer | null,
    options: BuildOptions,
  ): Promise<Generation> {
    const { repository, serial, root } = record
    const target = toBytes(root.id)
    const directory = this.#layout.generation(repository, number)
    durably(this.#catalog, () => this.#statements.put.run(repository, number, 'building', serial, target, base))
    await onDisk('make', directory, async () => await mkdir(dirname(directory), { recursive: true }))
    const checkout = new Checkout(this.#layout, directory)
    await this.#applyAll(checkout, base, target, options)
    checkout.finish(root)
    checkout.touched.add(Buffer.from(directory).toString('latin1'))
    checkout.touched.add(Buffer.from(dirname(directory)).toString('latin1'))
    await syncDirectories(
      this.#layout.directory,
      [...checkout.touched].map(path => Buffer.from(path, 'latin1')),
    )
    this.#statements.put.run(repository, number, 'ready', serial, target, null)
    return this.#generation(repository, { number, state: 'ready', serial, root: target, base: null })
  }

  async #applyAll(checkout: Checkout, base: Buffer | null, target: Buffer, options: BuildOptions): Promise<void> {
    let entries = 0
    const before = base ? toObjectId(base) : undefined
    for await (const change of diffTrees(this.#read, before, toObjectId(target))) {
      checkout.apply(change)
      entries += 1
      if (entries % entriesPerTurn > 0) continue
      await nextTurn()
      options.signal?.throwIfAborted()
      options.onProgress?.({ entries })
    }
    options.onProgress?.({ entries })
  }

  #remove(repository: RepositoryName, number: number): void {
    // The row goes last: while it is there, the directory is known to be unfinished.
    removeAll(Buffer.from(this.#layout.generation(repository, number)))
    this.#statements.delete.run(repository, number)
  }
}

/** Where the served path points to, absolute. @throws RepocastError REPOCAST_SERVED_PATH_TAKEN */
async function readServedPath(servedPath: string): Promise<string | undefined> {
  try {
    if ((await lstat(servedPath)).isSymbolicLink()) return resolve(dirname(servedPath), await readlink(servedPath))
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw error
  }
  throw new RepocastError('REPOCAST_SERVED_PATH_TAKEN', {
    message: `${servedPath} exists and is not a symbolic link`,
    hint: 'move it away, or name another path: repocast serves a repository through a link that it replaces',
  })
}
