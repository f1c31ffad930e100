import { resolve } from 'node:path'
import type { Database } from '@repocast/database'
import { lookAt } from '@repocast/files'
import type { ObjectId, RepositoryName } from '@repocast/objects'
import { durably, toObjectId } from '../catalog/catalog.ts'
import type { Layout } from '../layout.ts'
import type { GenerationId } from './kept-files.ts'

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

/** What the catalog says of a generation. */
export interface GenerationRow {
  readonly number: number
  readonly state: 'building' | 'ready'
  readonly serial: number
  readonly root: Buffer
  /** Of one that is being built: the tree that it is made from, null for none. */
  readonly base: Buffer | null
}

/** The generations that the catalog knows. */
export class GenerationRows {
  readonly #layout: Layout
  readonly #catalog: Database
  readonly #statements

  constructor(layout: Layout, catalog: Database) {
    this.#layout = layout
    this.#catalog = catalog
    this.#statements = {
      list: catalog.prepare<[string], GenerationRow>('SELECT * FROM generations WHERE repository = ? ORDER BY number'),
      put: catalog.prepare<[string, number, string, number, Buffer, Buffer | null]>(
        `INSERT OR REPLACE INTO generations (repository, number, state, serial, root, base) VALUES (?, ?, ?, ?, ?, ?)`,
      ),
      repositories: catalog.prepare<[], { repository: RepositoryName }>(
        'SELECT DISTINCT repository FROM generations ORDER BY repository',
      ),
      delete: catalog.prepare<[string, number]>('DELETE FROM generations WHERE repository = ? AND number = ?'),
    }
  }

  /** Those that have generations. */
  repositories(): RepositoryName[] {
    return this.#statements.repositories.all().map(({ repository }) => repository)
  }

  /** Of one repository, by number. */
  list(repository: RepositoryName): GenerationRow[] {
    return this.#statements.list.all(repository)
  }

  /** Durable when this returns. */
  put(repository: RepositoryName, { number, state, serial, root, base }: GenerationRow): Generation {
    durably(this.#catalog, () => this.#statements.put.run(repository, number, state, serial, root, base))
    return this.generation(repository, { number, state, serial, root, base })
  }

  delete({ repository, number }: GenerationId): void {
    this.#statements.delete.run(repository, number)
  }

  generation(repository: RepositoryName, { number, serial, root, state }: GenerationRow): Generation {
    const directory = resolve(this.#layout.generation(repository, number))
    return { repository, number, serial, root: toObjectId(root), isReady: state === 'ready', directory }
  }

  /** Whether its directory is there. */
  isThere(repository: RepositoryName, number: number): boolean {
    return lookAt(this.#layout.generation(repository, number))?.isDirectory() === true
  }
}
