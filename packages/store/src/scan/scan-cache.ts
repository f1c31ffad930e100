import type { Database } from '@repocast/database'
import type { ObjectId } from '@repocast/objects'
import { toBytes, toObjectId } from '../catalog/catalog.ts'

/** What a scan found in a directory. */
export interface ScannedDirectory {
  /** How its entries looked. */
  readonly looks: Buffer
  /** What its files were, in the order of `looks`. */
  readonly files: Buffer
  readonly tree: { readonly id: ObjectId; readonly size: number }
}

interface Row {
  readonly looks: Buffer
  readonly files: Buffer
  readonly tree: Buffer
  readonly tree_bytes: number
}

/** From so many bytes of rows on, what waits should be written. */
const mostPendingBytes = 8 * 1024 * 1024
/** What a row that waits costs besides its bytes. */
const rowBytes = 300

type Pending = readonly (readonly [path: string, directory: ScannedDirectory])[]

/** What is known of the directories of one source tree from earlier scans. Paths are bytes as Latin-1 text. */
export class ScanCache {
  readonly #catalog: Database
  readonly #source: Buffer
  readonly #statements
  readonly #seen = new Set<string>()
  #pending: Pending[number][] = []
  #pendingBytes = 0

  constructor(catalog: Database, source: Buffer) {
    this.#catalog = catalog
    this.#source = source
    this.#statements = {
      get: catalog.prepare<[Buffer, Buffer], Row>(
        'SELECT looks, files, tree, tree_bytes FROM scanned_directories WHERE source = ? AND path = ?',
      ),
      put: catalog.prepare<[Buffer, Buffer, Buffer, Buffer, Buffer, number]>(
        `INSERT OR REPLACE INTO scanned_directories (source, path, looks, files, tree, tree_bytes)
         VALUES (?, ?, ?, ?, ?, ?)`,
      ),
      paths: catalog.prepare<[Buffer], { path: Buffer }>('SELECT path FROM scanned_directories WHERE source = ?'),
      delete: catalog.prepare<[Buffer, Buffer]>('DELETE FROM scanned_directories WHERE source = ? AND path = ?'),
    }
  }

  /** What an earlier scan found at `path`; the scan that asks has been there. */
  get(path: string): ScannedDirectory | undefined {
    this.#seen.add(path)
    const row = this.#statements.get.get(this.#source, Buffer.from(path, 'latin1'))
    return row && { looks: row.looks, files: row.files, tree: { id: toObjectId(row.tree), size: row.tree_bytes } }
  }

  /** Waits until `keepBehind` or `finish` is called. */
  set(path: string, { looks, files, tree }: ScannedDirectory): void {
    // short buffers are cut from pools, which they would keep in memory
    this.#pending.push([path, { looks: copyOf(looks), files: copyOf(files), tree }])
    this.#pendingBytes += looks.length + files.length + rowBytes
  }

  /** Whether so much waits that it should be kept before more is set. */
  get isFull(): boolean {
    return this.#pendingBytes >= mostPendingBytes
  }

  /** Keeps what was set by now as soon as the objects that it names are in the store, which is when `commit` ends well. */
  async keepBehind(commit: Promise<void>): Promise<void> {
    const pending = this.#take()
    await commit
    this.#write(pending)
  }

  #take(): Pending {
    const pending = this.#pending
    this.#pending = []
    this.#pendingBytes = 0
    return pending
  }

  #write(pending: Pending): void {
    this.#catalog.transaction(() => {
      for (const [path, { looks, files, tree }] of pending) {
        this.#statements.put.run(this.#source, Buffer.from(path, 'latin1'), looks, files, toBytes(tree.id), tree.size)
      }
    })()
  }

  /** Ends a scan of the whole tree, whose objects are in the store: forgets the directories that it did not come to. */
  finish(): void {
    this.#write(this.#take())
    const gone = this.#statements.paths.all(this.#source).filter(({ path }) => !this.#seen.has(path.toString('latin1')))
    this.#catalog.transaction(() => {
      for (const { path } of gone) this.#statements.delete.run(this.#source, path)
    })()
  }

  /** Forgets all that is known of the source. */
  clear(): void {
    this.#take()
    this.#catalog.prepare('DELETE FROM scanned_directories WHERE source = ?').run(this.#source)
  }
}

function copyOf(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(copy)
  return copy
}
