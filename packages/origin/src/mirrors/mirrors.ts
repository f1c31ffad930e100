import { type AgentStatus, type MirrorRepositoryStatistics, type MirrorStatistics, parseStatus } from '@repocast/api'
import { type Database, openDatabase } from '@repocast/database'
import { parseRepositoryName, type SnapshotRecord } from '@repocast/objects'

const applicationId = 0x7263_6d72 // "rcmr"
/** Mirrors that are remembered; of more, those that were silent for longest are forgotten. */
const maxMirrors = 10_000

/** What the snapshots of a repository are asked. */
export interface SnapshotSource {
  newest(repository: ReturnType<typeof parseRepositoryName>): SnapshotRecord | undefined
  get(repository: ReturnType<typeof parseRepositoryName>, serial: number): SnapshotRecord | undefined
}

interface Row {
  readonly id: string
  readonly address: string
  readonly reported: number
  readonly status: string
}

/** The mirrors that have reported. `close` it. */
export class Mirrors {
  readonly #database: Database
  readonly #upsert
  readonly #list
  readonly #trim

  constructor(path: string) {
    this.#database = openDatabase(path, { applicationId, migrations: new URL('../../sql/', import.meta.url) })
    this.#upsert = this.#database.prepare<[string, string, number, string]>(
      'INSERT OR REPLACE INTO mirrors VALUES (?, ?, ?, ?)',
    )
    this.#list = this.#database.prepare<[], Row>("SELECT * FROM mirrors ORDER BY status ->> 'name', id")
    this.#trim = this.#database.prepare<[number]>(
      'DELETE FROM mirrors WHERE id NOT IN (SELECT id FROM mirrors ORDER BY reported DESC LIMIT ?)',
    )
  }

  /** Keeps a verified report. */
  take(id: string, address: string, status: AgentStatus, now: Date): void {
    this.#upsert.run(id, address, now.getTime(), JSON.stringify(status))
    this.#trim.run(maxMirrors)
  }

  /** All mirrors with how far they are behind. */
  statistics(snapshots: SnapshotSource, now: Date): MirrorStatistics[] {
    return this.#list.all().map(({ id, address, reported, status: text }) => {
      const status = parseStatus(Buffer.from(text))
      return {
        id,
        name: status.name,
        version: status.program,
        address,
        lastReport: new Date(reported).toISOString(),
        repositories: status.repositories.map(one => repositoryStatistics(one, snapshots, now)),
        downloadedBytes: status.downloadedBytes,
        uploadedBytes: status.uploadedBytes,
      }
    })
  }

  close(): void {
    this.#database.close()
  }
}

function repositoryStatistics(
  { name, serial, state, bytesDone, bytesWanted }: AgentStatus['repositories'][number],
  snapshots: SnapshotSource,
  now: Date,
): MirrorRepositoryStatistics {
  const repository = parseRepositoryName(name)
  const newest = snapshots.newest(repository)?.serial ?? null
  const served = serial ?? 0
  const lagSerials = Math.max(0, (newest ?? 0) - served)
  const firstMissed = lagSerials > 0 ? snapshots.get(repository, served + 1) : undefined
  const lagMilliseconds = firstMissed ? now.getTime() - Date.parse(firstMissed.created) : 0
  return {
    name,
    serial,
    newestSerial: newest,
    lagSerials,
    lagSeconds: Math.max(0, Math.floor(lagMilliseconds / 1000)),
    state,
    progress: bytesWanted > 0 ? Math.min(1, bytesDone / bytesWanted) : 1,
  }
}
