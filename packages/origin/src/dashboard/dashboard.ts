import type { ChangeCounts, OverviewDocument, RepositoryDocument } from '@repocast/api'
import { RepocastError } from '@repocast/errors'
import { parseRepositoryName, type RepositoryName, type SnapshotRecord } from '@repocast/objects'
import type { Store } from '@repocast/store'
import type { Tracker } from '@repocast/tracker'
import type { Statistics } from '../statistics.ts'
import { type NewestSnapshot, overviewOf } from './overview.ts'
import { SnapshotDifferences } from './snapshot-changes.ts'

export interface DashboardSurroundings {
  readonly url: string
  readonly store: Store
  readonly tracker: Tracker
  readonly statistics: Statistics
  readonly clock: () => Date
  /** Called when a document has become another one by itself. */
  readonly onChange: () => void
  readonly onError: (error: unknown) => void
}

/** An overview is made at most so often, however many look. */
const freshMilliseconds = 1000

/** The documents of the dashboard. */
export class Dashboard {
  readonly #with: DashboardSurroundings
  readonly #differences: SnapshotDifferences
  #overview: { readonly made: number; readonly document: OverviewDocument } | undefined

  constructor(surroundings: DashboardSurroundings) {
    this.#with = surroundings
    this.#differences = new SnapshotDifferences(surroundings.store.objects.readTree)
  }

  /** As it was within the last second. */
  overview(): OverviewDocument {
    const { url, statistics, clock } = this.#with
    const now = clock()
    if (this.#overview && now.getTime() - this.#overview.made < freshMilliseconds) return this.#overview.document
    const document = overviewOf({
      origin: url,
      now,
      snapshots: this.#newestSnapshots(),
      mirrors: statistics.mirrors(),
      packs: statistics.packs(),
      originUploadedBytes: statistics.uploadedBytes,
    })
    this.#overview = { made: now.getTime(), document }
    return document
  }

  /** Says that the next overview has to be a new one. */
  changed(): void {
    this.#overview = undefined
  }

  /** @throws RepocastError REPOCAST_REPOSITORY_BAD_NAME, REPOCAST_REPOSITORY_UNKNOWN */
  async repository(text: string): Promise<RepositoryDocument> {
    const { store, tracker } = this.#with
    const name = parseRepositoryName(text)
    const record = store.snapshots.newest(name)
    if (!record) throw unknownRepository(name)
    const before = this.#before(record)
    return {
      format: 'repocast repository',
      version: 1,
      name,
      serial: record.serial,
      created: record.created,
      changes: before ? await this.#differences.between(before.root.id, record.root.id) : null,
      findings: [...record.findings],
      packs: record.packs.map(({ infoHash, bytes, objects }) => {
        const { seeders, leechers } = tracker.scrape(infoHash)
        return { infoHash, bytes, objects, seeders, leechers }
      }),
    }
  }

  #newestSnapshots(): NewestSnapshot[] {
    const { snapshots } = this.#with.store
    return snapshots.repositories().flatMap(name => {
      const record = snapshots.newest(name)
      if (!record) return []
      const before = this.#before(record)
      const packsBefore = new Set(before?.packs.map(pack => pack.infoHash))
      return [{ record, packsBefore, changes: before ? this.#changeCounts(before, record) : null }]
    })
  }

  /** Null while they are computed. */
  #changeCounts(before: SnapshotRecord, after: SnapshotRecord): ChangeCounts | null {
    const { onChange, onError } = this.#with
    const known = this.#differences.known(before.root.id, after.root.id)
    if (known === undefined) this.#differences.between(before.root.id, after.root.id).then(onChange, onError)
    if (!known) return null
    const { added, changed, removed } = known
    return { added, changed, removed }
  }

  #before({ repository, serial }: SnapshotRecord): SnapshotRecord | undefined {
    return this.#with.store.snapshots.get(repository, serial - 1)
  }
}

function unknownRepository(name: RepositoryName): RepocastError {
  return new RepocastError('REPOCAST_REPOSITORY_UNKNOWN', {
    message: `no repository ${name} is published here`,
    hint: 'look at /overview.json for those that are',
  })
}
