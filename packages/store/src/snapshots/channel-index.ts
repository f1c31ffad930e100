import type { Database } from '@repocast/database'
import type { RepositoryName } from '@repocast/objects'

/** The channels of repositories, as an index: the feed has them signed. */
export class ChannelIndex {
  readonly #catalog: Database
  readonly #statements

  constructor(catalog: Database) {
    this.#catalog = catalog
    this.#statements = {
      clear: catalog.prepare<[string]>('DELETE FROM channels WHERE repository = ?'),
      insert: catalog.prepare<[string, string, number]>('INSERT INTO channels VALUES (?, ?, ?)'),
      list: catalog.prepare<[string], { name: string; serial: number }>(
        'SELECT name, serial FROM channels WHERE repository = ? ORDER BY name',
      ),
    }
  }

  /** Serials by the names of channels. */
  of(repository: RepositoryName): Map<string, number> {
    return new Map(this.#statements.list.all(repository).map(({ name, serial }) => [name, serial]))
  }

  /** Puts other channels in the place of those that are known. */
  replace(repository: RepositoryName, serials: ReadonlyMap<string, number>): void {
    this.#catalog.transaction(() => {
      this.#statements.clear.run(repository)
      for (const [name, serial] of serials) this.#statements.insert.run(repository, name, serial)
    })()
  }
}
