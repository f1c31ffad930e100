import type { Database } from '@repocast/database'
import type { FileState } from '@repocast/files'
import type { ObjectId } from '@repocast/objects'
import { toBytes, toObjectId } from '../catalog/catalog.ts'

const rowsPerTransaction = 5000

/** What is known of source files from earlier scans: which object a file was when it looked like this. */
export class ScanCache {
  readonly #catalog: Database
  readonly #select
  readonly #upsert
  #pending: { readonly path: Buffer; readonly state: FileState; readonly id: ObjectId }[] = []

  constructor(catalog: Database) {
    this.#catalog = catalog
    this.#select = catalog.prepare<[Buffer, bigint, bigint, bigint, bigint], { id: Buffer }>(
      'SELECT id FROM scanned WHERE path = ? AND size = ? AND mtime = ? AND ctime = ? AND inode = ?',
    )
    this.#upsert = catalog.prepare<[Buffer, bigint, bigint, bigint, bigint, Buffer]>(
      'INSERT OR REPLACE INTO scanned (path, size, mtime, ctime, inode, id) VALUES (?, ?, ?, ?, ?, ?)',
    )
  }

  /** The object of the file at `path` (absolute), undefined when it looks other than before. */
  get(path: Buffer, { size, mtimeNs, ctimeNs, inode }: FileState): ObjectId | undefined {
    const row = this.#select.get(path, size, mtimeNs, ctimeNs, inode)
    return row && toObjectId(row.id)
  }

  set(path: Buffer, state: FileState, id: ObjectId): void {
    this.#pending.push({ path, state, id })
    if (this.#pending.length >= rowsPerTransaction) this.flush()
  }

  flush(): void {
    const pending = this.#pending
    this.#pending = []
    this.#catalog.transaction(() => {
      for (const { path, state, id } of pending) {
        this.#upsert.run(path, state.size, state.mtimeNs, state.ctimeNs, state.inode, toBytes(id))
      }
    })()
  }
}
