import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Database } from '@repocast/database'
import { isRepocastError } from '@repocast/errors'
import { lookAt } from '@repocast/files'
import {
  decodeName,
  diffTrees,
  encodeName,
  findEntry,
  isDirectory,
  type ObjectId,
  type RepositoryName,
  type TreeEntry,
  type TreeReader,
} from '@repocast/objects'
import { durably, toBytes } from '../catalog/catalog.ts'
import type { Layout } from '../layout.ts'
import { type Attributes, Beside } from './beside.ts'
import type { Checkout } from './checkout.ts'

/** How long removed files stay. Times in seconds since 1970. */
export interface Grace {
  readonly seconds: number
  readonly now: number
}

/** One generation, by its repository and number. */
export interface GenerationId {
  readonly repository: RepositoryName
  readonly number: number
}

interface Row {
  readonly path: Buffer
  readonly entry: string
}

interface KeptRow extends Row {
  readonly object: Buffer | null
  readonly removed: number
}

/** Names that are placed or removed before the event loop gets its turn. */
const namesPerTurn = 64

/** Rows that are read or written at a time. */
const rowsAtOnce = 1000

/** In `removed BETWEEN`: a time in the future is of a clock that was wrong. */
const inGrace = 'removed > @now - @seconds AND removed < @now + @seconds'

/**
 * Files that a new snapshot does not have any more, and that a mirror keeps for a while, so that clients with the metadata
 * of yesterday find what it names. They are names besides those of the snapshot, and never stand in the place of one.
 *
 * What is durable when: first the rows, then the names in a generation that nobody serves; names are removed before
 * their rows. So a name that no snapshot has always has a row. And no row names what the snapshot has, not even for a
 * moment: after a kill it would take that away.
 */
export class KeptFiles {
  readonly #layout: Layout
  readonly #catalog: Database
  readonly #read: TreeReader
  readonly #statements

  constructor(layout: Layout, catalog: Database, read: TreeReader) {
    this.#layout = layout
    this.#catalog = catalog
    this.#read = read
    this.#statements = {
      put: catalog.prepare<[string, number, Buffer, string, Buffer | null, number]>(
        'INSERT OR REPLACE INTO kept_files VALUES (?, ?, ?, ?, ?, ?)',
      ),
      inGrace: catalog.prepare<[Grace & { repository: string; number: number; below: Buffer }], KeptRow>(
        `SELECT path, entry, object, removed FROM kept_files
         WHERE repository = @repository AND generation = @number AND path < @below AND ${inGrace}
         ORDER BY path DESC LIMIT ${rowsAtOnce}`,
      ),
      // The deepest first: a directory comes behind what is in it.
      page: catalog.prepare<[string, number, Buffer, number], Row>(
        `SELECT path, entry FROM kept_files WHERE repository = ? AND generation = ? AND path < ?
         ORDER BY path DESC LIMIT ?`,
      ),
      expired: catalog.prepare<[Grace & { repository: string; number: number; below: Buffer }], Row>(
        `SELECT path, entry FROM kept_files
         WHERE repository = @repository AND generation = @number AND path < @below AND NOT (${inGrace})
         ORDER BY path DESC LIMIT ${rowsAtOnce}`,
      ),
      has: catalog.prepare<[string, number, Buffer], { one: number }>(
        'SELECT 1 AS one FROM kept_files WHERE repository = ? AND generation = ? AND path = ?',
      ),
      count: catalog.prepare<[string, number], { count: number }>(
        'SELECT count(*) AS count FROM kept_files WHERE repository = ? AND generation = ? AND object IS NOT NULL',
      ),
      delete: catalog.prepare<[string, number, Buffer]>(
        'DELETE FROM kept_files WHERE repository = ? AND generation = ? AND path = ?',
      ),
      giveUp: catalog.prepare<[Buffer]>('UPDATE kept_files SET removed = 0 WHERE object = ?'),
      forget: catalog.prepare<[string, number]>('DELETE FROM kept_files WHERE repository = ? AND generation = ?'),
    }
  }

  /** Whether a generation has this name, raw bytes, besides its snapshot. */
  has({ repository, number }: GenerationId, name: Buffer): boolean {
    return this.#statements.has.get(repository, number, name) !== undefined
  }

  /** Files that a generation has besides its snapshot. */
  count({ repository, number }: GenerationId): number {
    return this.#statements.count.get(repository, number)?.count ?? 0
  }

  /**
   * Gives a generation that nobody serves, and that is exactly the snapshot `root`, the files that `served` has and it has not.
   * @throws RepocastError REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED; the reason of `signal`
   */
  async keep(
    checkout: Checkout,
    to: GenerationId,
    root: ObjectId,
    served: GenerationId & { readonly root: ObjectId },
    grace: Grace,
    signal?: AbortSignal,
  ): Promise<void> {
    const { repository, number } = to
    const mayMake = (path: string): boolean => this.has(to, encodeName(path))
    const beside = new Beside(this.#layout.generation(repository, number), checkout, mayMake)
    await this.#inherit(to, served, beside, grace)
    await this.#noteRemoved(to, served.root, root, beside, grace.now)
    // All rows before the first name.
    durably(this.#catalog, () => {})
    for await (const { path, entry } of this.#rows(to, signal)) {
      const isPlaced = this.#isThere(entry) && beside.place(decodeName(path), entry)
      if (!isPlaced) this.#statements.delete.run(repository, number, path)
      if (checkout.isFull) await checkout.sync()
    }
    await this.#finish(beside, root)
  }

  /**
   * Makes a generation exactly its snapshot again.
   * @param tree of what it is before the next change; undefined: that change makes all of it
   * @throws RepocastError REPOCAST_DISK_REFUSED
   */
  async removeAll(checkout: Checkout, of: GenerationId, tree: ObjectId | undefined): Promise<void> {
    const beside = new Beside(this.#layout.generation(of.repository, of.number), checkout)
    for await (const { path, entry } of this.#rows(of)) beside.remove(decodeName(path), entry.type)
    await this.#finish(beside, tree)
    await checkout.sync()
    this.forget(of)
  }

  /**
   * Removes the names of a generation whose time is over, served or not.
   * @returns how many  @throws RepocastError REPOCAST_DISK_REFUSED
   */
  async removeExpired(
    checkout: Checkout,
    of: GenerationId & { readonly root: ObjectId },
    grace: Grace,
  ): Promise<number> {
    const { repository, number } = of
    const beside = new Beside(this.#layout.generation(repository, number), checkout)
    const gone: Buffer[] = []
    for await (const { path, entry } of pages(below =>
      this.#statements.expired.all({ ...grace, repository, number, below }),
    )) {
      if (beside.remove(decodeName(path), parseEntry(entry).type)) gone.push(path)
    }
    if (gone.length === 0) return 0
    await this.#finish(beside, of.root)
    await checkout.sync()
    this.#catalog.transaction(() => {
      for (const path of gone) this.#statements.delete.run(repository, number, path)
    })()
    return gone.length
  }

  /** Lets files with these objects expire: they are damaged, and nobody may have them any more. */
  giveUp(ids: Iterable<ObjectId>): void {
    for (const id of ids) this.#statements.giveUp.run(toBytes(id))
  }

  /** Forgets what a generation had, when it is gone. */
  forget({ repository, number }: GenerationId): void {
    this.#statements.forget.run(repository, number)
  }

  async #finish(beside: Beside, tree: ObjectId | undefined): Promise<void> {
    const ofSnapshot = new Map<string, Attributes>()
    for (const path of beside.changed) {
      const entry = await this.#entryAt(tree, path)
      if (isDirectory(entry)) ofSnapshot.set(path, entry)
    }
    beside.finish(ofSnapshot)
  }

  async #entryAt(tree: ObjectId | undefined, path: string): Promise<TreeEntry | undefined> {
    if (tree === undefined || path === '') return undefined
    try {
      return await findEntry(this.#read, tree, path.split('/'))
    } catch (error) {
      if (!isRepocastError(error, 'REPOCAST_OBJECT_MISSING', 'REPOCAST_OBJECT_ROTTEN')) throw error
      return undefined
    }
  }

  /** What the served generation keeps, and nothing has taken the place of. */
  async #inherit(to: GenerationId, served: GenerationId, beside: Beside, grace: Grace): Promise<void> {
    const { repository, number } = to
    for await (const { path, entry, object, removed } of pages(below =>
      this.#statements.inGrace.all({ ...grace, repository, number: served.number, below }),
    )) {
      if (beside.isFree(decodeName(path))) this.#statements.put.run(repository, number, path, entry, object, removed)
    }
  }

  async #noteRemoved(
    { repository, number }: GenerationId,
    from: ObjectId,
    to: ObjectId,
    beside: Beside,
    now: number,
  ): Promise<void> {
    try {
      for await (const { path, before, after } of diffTrees(this.#read, from, to)) {
        if (before === undefined || after !== undefined || !beside.isFree(path)) continue
        const object = before.type === 'f' ? toBytes(before.id) : null
        this.#statements.put.run(repository, number, encodeName(path), JSON.stringify(before), object, now)
      }
    } catch (error) {
      // What is served is damaged here. The update mends it, and is worth more than what it removes.
      if (!isRepocastError(error, 'REPOCAST_OBJECT_MISSING', 'REPOCAST_OBJECT_ROTTEN')) throw error
    }
  }

  async *#rows(
    { repository, number }: GenerationId,
    signal?: AbortSignal,
  ): AsyncGenerator<{ path: Buffer; entry: TreeEntry }> {
    const page = (below: Buffer): Row[] => this.#statements.page.all(repository, number, below, namesPerTurn)
    for await (const { path, entry } of pages(page, signal)) yield { path, entry: parseEntry(entry) }
  }

  #isThere(entry: TreeEntry): boolean {
    return entry.type !== 'f' || lookAt(this.#layout.object(entry.id)) !== undefined
  }
}

/** No name is so long. */
const afterAllPaths = Buffer.alloc(256, 0xff)

/** Rows from the last path to the first, by pages of those that come before a path; others get their turn between pages. */
async function* pages<R extends Row>(page: (below: Buffer) => R[], signal?: AbortSignal): AsyncGenerator<R> {
  for (let rows = page(afterAllPaths), last = rows.at(-1); last; rows = page(last.path), last = rows.at(-1)) {
    yield* rows
    await nextTurn()
    signal?.throwIfAborted()
  }
}

/** Only `noteRemoved` writes them. */
function parseEntry(text: string): TreeEntry {
  return JSON.parse(text) as TreeEntry
}
