import type { AgentStatus, MirrorRepositoryStatistics, MirrorStatistics } from '@repocast/api'
import { parseStatus } from '@repocast/api'
import { type Database, openDatabase } from '@repocast/database'
import { isRepocastError } from '@repocast/errors'
import { allMirrors, TrafficHistory } from './history.ts'
import { type Lags, lagsOf, type PublishedSource } from './lag.ts'
import { movementBetween } from './movement.ts'

const applicationId = 0x7263_6d72 // "rcmr"
/** Mirrors that are remembered; of more, those that were silent for longest are forgotten. */
const maxMirrors = 10_000

interface Row {
  readonly id: string
  readonly address: string
  readonly reported: number
  readonly status: string
}

/** A mirror as its last report tells. */
export interface KnownMirror {
  readonly id: string
  /** Where the report came from. */
  readonly address: string
  /** When it came, milliseconds since 1970. */
  readonly reported: number
  readonly status: AgentStatus
}

/** The mirrors that have reported, and what they moved over time. `close` it. */
export class Mirrors {
  readonly history: TrafficHistory
  readonly #database: Database
  readonly #known: Map<string, KnownMirror>
  readonly #statements

  constructor(path: string) {
    this.#database = openDatabase(path, { applicationId, migrations: new URL('../../sql/', import.meta.url) })
    this.history = new TrafficHistory(this.#database)
    this.#statements = {
      upsert: this.#database.prepare<[string, string, number, string]>(
        'INSERT OR REPLACE INTO mirrors VALUES (?, ?, ?, ?)',
      ),
      remove: this.#database.prepare<[string]>('DELETE FROM mirrors WHERE id = ?'),
    }
    const rows = this.#database.prepare<[], Row>('SELECT * FROM mirrors ORDER BY reported').all()
    this.#known = new Map(rows.flatMap(row => known(row) ?? []).map(mirror => [mirror.id, mirror]))
  }

  /** Keeps a verified report. `published` tells how far the mirror is behind. */
  take(id: string, address: string, status: AgentStatus, published: PublishedSource, now: Date): void {
    const lags = lagsOf(published, now)
    const lagSeconds = Math.max(0, ...status.repositories.map(one => lags(one).lagSeconds))
    const movement = { ...movementBetween(this.#known.get(id)?.status, status), lagSeconds }
    // The newest come last, so that the first is the one that was silent for longest.
    this.#known.delete(id)
    this.#known.set(id, { id, address, reported: now.getTime(), status })
    this.#database.transaction(() => {
      this.#statements.upsert.run(id, address, now.getTime(), JSON.stringify(status))
      for (const series of [id, allMirrors]) this.history.add(series, movement, now.getTime() / 1000)
      for (const oldest of this.#known.keys()) {
        if (this.#known.size <= maxMirrors) break
        this.#forget(oldest)
      }
    })()
  }

  get(id: string): KnownMirror | undefined {
    return this.#known.get(id)
  }

  /** By name. */
  list(): KnownMirror[] {
    return [...this.#known.values()].sort((a, b) => compare(a.status.name, b.status.name) || compare(a.id, b.id))
  }

  /** All mirrors with how far they are behind, by name. */
  statistics(published: PublishedSource, now: Date): MirrorStatistics[] {
    const lags = lagsOf(published, now)
    return this.list().map(mirror => mirrorStatistics(mirror, lags))
  }

  close(): void {
    this.#database.close()
  }

  #forget(id: string): void {
    this.#known.delete(id)
    this.#statements.remove.run(id)
    this.history.forget(id)
  }
}

/** What stands in the statistics about a mirror. */
export function mirrorStatistics({ id, address, reported, status }: KnownMirror, lags: Lags): MirrorStatistics {
  const { name, program, publicUrl, disk, downloadedBytes, uploadedBytes, downloadRate, uploadRate, peers } = status
  return {
    id,
    name,
    version: program,
    address,
    publicUrl,
    lastReport: new Date(reported).toISOString(),
    repositories: status.repositories.map(one => repositoryStatistics(one, lags)),
    downloadedBytes,
    uploadedBytes,
    downloadRate,
    uploadRate,
    peers,
    disk,
  }
}

function repositoryStatistics(status: AgentStatus['repositories'][number], lags: Lags): MirrorRepositoryStatistics {
  const { name, serial, state, bytesDone, bytesWanted } = status
  const progress = bytesWanted > 0 ? Math.min(1, bytesDone / bytesWanted) : 1
  return { name, serial, ...lags(status), state, progress }
}

/** A row of a report that an older program took may not be what is reported now: the next report replaces it. */
function known({ id, address, reported, status }: Row): KnownMirror | undefined {
  try {
    return { id, address, reported, status: parseStatus(Buffer.from(status)) }
  } catch (error) {
    if (isRepocastError(error, 'REPOCAST_REPORT_REFUSED')) return undefined
    throw error
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
