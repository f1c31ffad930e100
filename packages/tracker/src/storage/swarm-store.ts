import { type Database, openDatabase } from '@repocast/database'
import type { SwarmTotals, TrackedSwarm } from '../swarm/tracked-swarm.ts'

const applicationId = 0x72637472 + 1 // "rcts"

/** The peers of one swarm and one family of addresses, as they are kept. */
export interface KeptPeers {
  readonly infoHash: string
  readonly addressBytes: 4 | 16
  readonly leechers: number
  readonly records: Uint8Array
}

/**
 * Peers and totals of swarms, kept over restarts. What `save` has written survives SIGKILL; a power loss may take what
 * was written since SQLite's last checkpoint, and leaves the rest whole.
 */
export class SwarmStore {
  readonly #database: Database
  readonly #selectTotals
  readonly #putTotals
  readonly #putPeers
  readonly #dropPeers

  /** @throws what `openDatabase` throws */
  constructor(path: string) {
    this.#database = openDatabase(path, { applicationId, migrations: new URL('../../sql/', import.meta.url) })
    this.#selectTotals = this.#database.prepare<[string], SwarmTotals>(
      'SELECT completed, uploaded, downloaded FROM totals WHERE info_hash = ?',
    )
    this.#putTotals = this.#database.prepare<[string, number, number, number, number]>(
      'INSERT OR REPLACE INTO totals (info_hash, completed, uploaded, downloaded, updated) VALUES (?, ?, ?, ?, ?)',
    )
    this.#putPeers = this.#database.prepare<[string, number, number, Uint8Array]>(
      'INSERT OR REPLACE INTO peers (info_hash, address_bytes, leechers, records) VALUES (?, ?, ?, ?)',
    )
    this.#dropPeers = this.#database.prepare<[string, number]>(
      'DELETE FROM peers WHERE info_hash = ? AND address_bytes = ?',
    )
  }

  totals(infoHash: string): SwarmTotals {
    return this.#selectTotals.get(infoHash) ?? { completed: 0, uploaded: 0, downloaded: 0 }
  }

  /** All peers that were kept, swarm by swarm. */
  *peers(): IterableIterator<KeptPeers> {
    yield* this.#database
      .prepare<[], KeptPeers>(
        'SELECT info_hash AS infoHash, address_bytes AS addressBytes, leechers, records FROM peers ORDER BY info_hash',
      )
      .iterate()
  }

  /** Writes swarms as they are now, in one transaction. `now` in seconds since 1970. */
  save(swarms: Iterable<TrackedSwarm>, now: number): void {
    this.#database.transaction(() => {
      for (const swarm of swarms) this.#put(swarm, now)
    })()
  }

  /** Forgets the totals of all but the `kept` swarms that changed last. */
  trimTotals(kept: number): void {
    this.#database
      .prepare<[number]>(
        'DELETE FROM totals WHERE updated < (SELECT updated FROM totals ORDER BY updated DESC LIMIT 1 OFFSET ?)',
      )
      .run(kept)
  }

  close(): void {
    this.#database.close()
  }

  #put({ infoHash, totals, tables }: TrackedSwarm, now: number): void {
    this.#putTotals.run(infoHash, totals.completed, totals.uploaded, totals.downloaded, now)
    for (const [addressBytes, table] of [
      [4, tables.ipv4],
      [16, tables.ipv6],
    ] as const) {
      if (table === undefined) continue
      if (table.count === 0) this.#dropPeers.run(infoHash, addressBytes)
      else this.#putPeers.run(infoHash, addressBytes, table.leechers, table.dump())
    }
  }
}
