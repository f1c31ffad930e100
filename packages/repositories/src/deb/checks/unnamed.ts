import { Examples } from './examples.ts'
import type { Pool } from './pool.ts'
import type { Scope } from './scope.ts'

const inPool = /(^|\/)pool\//
const packageFile = /\.(u|d)?deb$|\.dsc$/

/** Counts the files of packages that no index names. */
export class Unnamed {
  readonly #pool: Pool
  readonly #found = new Examples()
  #first = ''

  constructor(pool: Pool) {
    this.#pool = pool
  }

  see(path: string): void {
    if (!(packageFile.test(path) || inPool.test(path)) || this.#pool.names(path)) return
    if (this.#found.count === 0) this.#first = path
    this.#found.add(path)
  }

  report(scope: Scope): void {
    const { count } = this.#found
    if (count > 0) scope.report('DEB_POOL_UNNAMED', this.#first, `no index names ${count} files: ${this.#found}`)
  }
}
