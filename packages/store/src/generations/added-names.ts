import { randomBytes } from 'node:crypto'
import { closeSync, fchmodSync, fsyncSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from '@repocast/database'
import { explainDiskError, isThere } from '@repocast/files'
import { decodeName, encodeName } from '@repocast/objects'
import { durably } from '../catalog/catalog.ts'
import type { Layout } from '../layout.ts'
import { Beside } from './beside.ts'
import type { Checkout } from './checkout.ts'
import type { GenerationId } from './kept-files.ts'

interface Row {
  readonly path: Buffer
  readonly type: 'f' | 'd'
}

/**
 * Small files that a mirror itself adds to what it serves, such as its trace file, besides what the snapshot has. They
 * never stand in the place of anything that is there, and the attributes of directories stay those of the snapshot.
 *
 * What is durable when: first the rows, then the names; names are removed before their rows.
 */
export class AddedNames {
  readonly #layout: Layout
  readonly #catalog: Database
  readonly #statements

  constructor(layout: Layout, catalog: Database) {
    this.#layout = layout
    this.#catalog = catalog
    this.#statements = {
      has: catalog.prepare<[string, number, Buffer], { one: number }>(
        'SELECT 1 AS one FROM added_names WHERE repository = ? AND generation = ? AND path = ?',
      ),
      // The deepest first: a directory comes behind what is in it.
      list: catalog.prepare<[string, number], Row>(
        'SELECT path, type FROM added_names WHERE repository = ? AND generation = ? ORDER BY path DESC',
      ),
      put: catalog.prepare<[string, number, Buffer, string]>('INSERT OR REPLACE INTO added_names VALUES (?, ?, ?, ?)'),
      forget: catalog.prepare<[string, number]>('DELETE FROM added_names WHERE repository = ? AND generation = ?'),
    }
  }

  /** Whether a generation has this name, raw bytes, because it was added here. */
  has({ repository, number }: GenerationId, name: Buffer): boolean {
    return this.#statements.has.get(repository, number, name) !== undefined
  }

  /** Paths of the files that were added to a generation. */
  files({ repository, number }: GenerationId): string[] {
    const rows = this.#statements.list.all(repository, number)
    return rows.flatMap(({ path, type }) => (type === 'f' ? [decodeName(path)] : []))
  }

  /**
   * Adds a file, with the directories above it, or replaces one that was added before.
   * @returns false when something else is at `path`, or on the way to it, which stays
   * @throws RepocastError REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED
   */
  add(checkout: Checkout, to: GenerationId, path: string, text: string): boolean {
    const { repository, number } = to
    const directory = this.#layout.generation(repository, number)
    if (isThere(placeIn(directory, path)) && !this.has(to, encodeName(path))) return false
    const parts = path.split('/')
    const above = parts.slice(1).map((_, k) => parts.slice(0, k + 1).join('/'))
    const missing = above.filter(name => !isThere(placeIn(directory, name)))
    durably(this.#catalog, () => {
      for (const name of missing) this.#statements.put.run(repository, number, encodeName(name), 'd')
      this.#statements.put.run(repository, number, encodeName(path), 'f')
    })
    const beside = new Beside(directory, checkout)
    const written = this.#write(text)
    const isPlaced = beside.move(written, path)
    if (!isPlaced) rmSync(written)
    beside.finish()
    return isPlaced
  }

  /** Makes a generation have nothing that was added. @throws RepocastError REPOCAST_DISK_REFUSED */
  async removeAll(checkout: Checkout, of: GenerationId): Promise<void> {
    const rows = this.#statements.list.all(of.repository, of.number)
    if (rows.length === 0) return
    const beside = new Beside(this.#layout.generation(of.repository, of.number), checkout)
    for (const { path, type } of rows) beside.remove(decodeName(path), type)
    beside.finish()
    await checkout.sync()
    this.forget(of)
  }

  /** Forgets what a generation had, when it is gone. */
  forget({ repository, number }: GenerationId): void {
    this.#statements.forget.run(repository, number)
  }

  #write(text: string): string {
    const path = join(this.#layout.incoming, randomBytes(12).toString('hex'))
    try {
      const fd = openSync(path, 'wx', 0o644)
      try {
        fchmodSync(fd, 0o644)
        writeFileSync(fd, text)
        fsyncSync(fd)
      } finally {
        closeSync(fd)
      }
      return path
    } catch (error) {
      throw explainDiskError(error, 'write', path)
    }
  }
}

function placeIn(directory: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(`${directory}/`), encodeName(path)])
}
