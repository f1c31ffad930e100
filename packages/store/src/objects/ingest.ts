import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { link } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database } from '@repocast/database'
import { cloneFile, DurableBatch, type Filesystem, onDisk } from '@repocast/files'
import type { ObjectId } from '@repocast/objects'
import type { Layout } from '../layout.ts'
import type { ObjectFiles } from './object-files.ts'

/** How a source file becomes an object: with blocks or bytes of its own, or as a second name of the same inode. */
export type IngestMethod = 'copy' | 'hardlink'

const batchFiles = 20_000
const batchBytes = 512 * 1024 * 1024

/**
 * Takes files and bytes into the store, many at a time. An object is in the store when `commit` has returned; the
 * ids are the caller's word. What a killed ingest leaves behind lies in `incoming` and is removed at the next start.
 */
export class Ingest {
  readonly #layout: Layout
  readonly #catalog: Database
  readonly #objects: ObjectFiles
  readonly #batch: DurableBatch
  #pending = new Map<ObjectId, number>()
  #committing: ReadonlyMap<ObjectId, number> = new Map()
  #bytes = 0
  /** Names of files in `incoming` that no other ingest uses. */
  readonly #prefix = randomBytes(12).toString('hex')
  #taken = 0

  constructor(layout: Layout, catalog: Database, objects: ObjectFiles, filesystem: Filesystem) {
    this.#layout = layout
    this.#catalog = catalog
    this.#objects = objects
    this.#batch = new DurableBatch(filesystem)
  }

  /** Whether the object is in the store or on its way into it. */
  has(id: ObjectId): boolean {
    return this.#pending.has(id) || this.#committing.has(id) || this.#objects.has(id)
  }

  /**
   * Copies or links the file `source` to a temporary path, which is returned. It becomes an object by `stage`; a
   * caller that does not want it removes it.
   * @throws RepocastError REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED; system errors, such as ENOENT
   */
  async take(source: Buffer, method: IngestMethod): Promise<string> {
    const temporary = this.#temporaryPath()
    if (method === 'hardlink') await onDisk('link', source, async () => await link(source, temporary))
    else await cloneFile(source, temporary)
    return temporary
  }

  /** Puts down the file at a path that `take` gave as the object `id`. */
  stage(id: ObjectId, size: number, temporary: string): void {
    this.#pending.set(id, size)
    this.#bytes += size
    this.#batch.place(temporary, this.#layout.object(id))
  }

  async addBytes(id: ObjectId, bytes: Uint8Array): Promise<void> {
    const temporary = this.#temporaryPath()
    // short enough not to be worth a thread
    await onDisk('write', temporary, async () => writeFileSync(temporary, bytes, { flag: 'wx' }))
    this.stage(id, bytes.length, temporary)
  }

  /** Whether so much is staged that it should be committed before more is added. */
  get isFull(): boolean {
    return this.#pending.size >= batchFiles || this.#bytes >= batchBytes
  }

  /** @throws RepocastError REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED */
  async commit(): Promise<void> {
    const [pending, bytes] = [this.#pending, this.#bytes]
    this.#pending = new Map()
    this.#bytes = 0
    this.#committing = pending
    try {
      await this.#batch.commit()
    } catch (error) {
      for (const [id, size] of pending) this.#pending.set(id, size)
      this.#bytes += bytes
      throw error
    } finally {
      this.#committing = new Map()
    }
    this.#catalog.transaction(() => {
      for (const [id, size] of pending) this.#objects.note(id, size)
    })()
  }

  #temporaryPath(): string {
    this.#taken += 1
    return join(this.#layout.incoming, `${this.#prefix}-${this.#taken}`)
  }
}
