import type { Database } from '@repocast/database'

/** How a file looks; changes when its content may have changed. */
export interface AdoptedLook {
  readonly size: bigint
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
  readonly ino: bigint
}

interface Row {
  readonly size: bigint
  readonly mtime: bigint
  readonly ctime: bigint
  readonly inode: bigint
}

/** Remembers which files of an adopted directory were looked into, so that an adoption that was interrupted goes on. */
export class AdoptedFiles {
  readonly #catalog: Database
  readonly #statements

  constructor(catalog: Database) {
    this.#catalog = catalog
    this.#statements = {
      get: catalog
        .prepare<[Buffer], Row>('SELECT size, mtime, ctime, inode FROM adopted WHERE path = ?')
        .safeIntegers(true),
      put: catalog.prepare<[Buffer, bigint, bigint, bigint, bigint]>(
        'INSERT OR REPLACE INTO adopted VALUES (?, ?, ?, ?, ?)',
      ),
      clear: catalog.prepare('DELETE FROM adopted'),
    }
  }

  /** Whether the file at an absolute path was looked into, and looks as it did then. */
  has(path: Buffer, { size, mtimeNs, ctimeNs, ino }: AdoptedLook): boolean {
    const row = this.#statements.get.get(path)
    if (row === undefined) return false
    return row.size === size && row.mtime === mtimeNs && row.ctime === ctimeNs && row.inode === BigInt.asIntN(64, ino)
  }

  put(files: Iterable<readonly [path: Buffer, look: AdoptedLook]>): void {
    this.#catalog.transaction(() => {
      for (const [path, { size, mtimeNs, ctimeNs, ino }] of files) {
        this.#statements.put.run(path, size, mtimeNs, ctimeNs, BigInt.asIntN(64, ino))
      }
    })()
  }

  clear(): void {
    this.#statements.clear.run()
  }
}
