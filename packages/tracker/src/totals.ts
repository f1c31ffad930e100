import { type Database, openDatabase } from '@repocast/database'
import type { SwarmTotals } from './swarm/tracked-swarm.ts'

const applicationId = 0x72637472 + 1 // "rcts"

/** What was counted of swarms, kept over restarts. */
export class TotalsStore {
  readonly #database: Database
  readonly #select
  readonly #upsert

  constructor(path: string) {
    this.#database = openDatabase(path, { applicationId, migrations: new URL('../sql/', import.meta.url) })
    this.#select = this.#database.prepare<[string], SwarmTotals>(
      'SELECT completed, uploaded, downloaded FROM totals WHERE info_hash = ?',
    )
    this.#upsert = this.#database.prepare<[string, number, number, number]>(
      'INSERT OR REPLACE INTO totals VALUES (?, ?, ?, ?)',
    )
  }

  load(infoHash: string): SwarmTotals {
    return this.#select.get(infoHash) ?? { completed: 0, uploaded: 0, downloaded: 0 }
  }

  save(swarms: Iterable<readonly [string, SwarmTotals]>): void {
    this.#database.transaction(() => {
      for (const [infoHash, { completed, uploaded, downloaded }] of swarms) {
        this.#upsert.run(infoHash, completed, uploaded, downloaded)
      }
    })()
  }

  close(): void {
    this.#database.close()
  }
}
