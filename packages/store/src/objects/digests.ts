import type { Database } from '@repocast/database'
import type { ObjectId } from '@repocast/objects'
import { toBytes } from '../catalog/catalog.ts'

/** Rows that wait to be written, at most. */
const mostPending = 1000

/** Digests of objects besides SHA-256, which is their id, that were computed before. In lower-case hexadecimal. */
export class Digests {
  readonly #catalog: Database
  readonly #select
  readonly #insert
  #pending: (readonly [id: ObjectId, algorithm: string, digest: string])[] = []

  constructor(catalog: Database) {
    this.#catalog = catalog
    this.#select = catalog.prepare<[Buffer, string], { digest: Buffer }>(
      'SELECT digest FROM digests WHERE object = ? AND algorithm = ?',
    )
    // An object that was collected meanwhile has no digests.
    this.#insert = catalog.prepare<[Buffer, string, Buffer, Buffer]>(
      `INSERT OR REPLACE INTO digests (object, algorithm, digest)
       SELECT ?, ?, ? WHERE EXISTS (SELECT 1 FROM objects WHERE id = ?)`,
    )
  }

  get(id: ObjectId, algorithm: string): string | undefined {
    return this.#select.get(toBytes(id), algorithm)?.digest.toString('hex')
  }

  /** Known from the next `flush` on, which comes by itself now and then. */
  add(id: ObjectId, algorithm: string, digest: string): void {
    this.#pending.push([id, algorithm, digest])
    if (this.#pending.length >= mostPending) this.flush()
  }

  flush(): void {
    const pending = this.#pending
    this.#pending = []
    this.#catalog.transaction(() => {
      for (const [id, algorithm, digest] of pending)
        this.#insert.run(toBytes(id), algorithm, Buffer.from(digest, 'hex'), toBytes(id))
    })()
  }
}
