import type {
  ChangeCounts,
  MirrorDocument,
  OverviewDocument,
  PackageChangesDocument,
  RepositoryDocument,
  RepositoryStatus,
  SwarmDocument,
  TrafficDocument,
} from '@repocast/api'
import { RepocastError } from '@repocast/errors'
import {
  type InfoHash,
  parseInfoHash,
  parseRepositoryName,
  type RepositoryName,
  type SnapshotRecord,
} from '@repocast/objects'
import type { Store } from '@repocast/store'
import type { Swarm } from '@repocast/swarm'
import type { Tracker } from '@repocast/tracker'
import type { NewestPackageChanges, PackageChanges } from '../history/package-changes.ts'
import { allMirrors, type Range, theOrigin } from '../mirrors/history.ts'
import { lagsOf } from '../mirrors/lag.ts'
import { type Mirrors, mirrorStatistics } from '../mirrors/mirrors.ts'
import type { Statistics } from '../statistics.ts'
import { type NewestSnapshot, overviewOf } from './overview.ts'
import { SnapshotDifferences } from './snapshot-changes.ts'
import { swarmPicture } from './swarm-picture.ts'

export interface DashboardSurroundings {
  readonly url: string
  readonly store: Store
  readonly swarm: Swarm
  readonly tracker: Tracker
  readonly mirrors: Mirrors
  readonly statistics: Statistics
  readonly packageChanges: NewestPackageChanges
  readonly clock: () => Date
  /** Called when a document has become another one by itself. */
  readonly onChange: () => void
  readonly onError: (error: unknown) => void
}

/** An overview is made at most so often, however many look. */
const leastMilliseconds = 500
/** Making overviews takes at most one part in so many of the time: with thousands of mirrors one takes a while. */
const costShare = 20

/** The documents of the dashboard. */
export class Dashboard {
  readonly #with: DashboardSurroundings
  readonly #differences: SnapshotDifferences
  #costMilliseconds = 0
  #overview: { readonly made: number; readonly document: OverviewDocument } | undefined

  constructor(surroundings: DashboardSurroundings) {
    this.#with = surroundings
    this.#differences = new SnapshotDifferences(surroundings.store.objects.readTree)
  }

  /** How long changes may gather before they are told. */
  get pauseMilliseconds(): number {
    return Math.max(leastMilliseconds, costShare * this.#costMilliseconds)
  }

  /** As it was a moment ago. */
  overview(): OverviewDocument {
    const { url, statistics, mirrors, clock } = this.#with
    const now = clock()
    if (this.#overview && now.getTime() - this.#overview.made < this.pauseMilliseconds) return this.#overview.document
    const began = performance.now()
    const taken = mirrors.history.totals(allMirrors)
    const document = overviewOf({
      origin: url,
      now,
      snapshots: this.#newestSnapshots(),
      mirrors: statistics.mirrors(),
      packs: statistics.packs(),
      watched: statistics.watched(),
      publicMirrors: statistics.publicMirrors(),
      originGivenBytes: mirrors.history.totals(theOrigin).givenBytes,
      mirrorsGivenBytes: taken.takenBytes - taken.fromOriginBytes,
    })
    this.#costMilliseconds = performance.now() - began
    this.#overview = { made: now.getTime(), document }
    return document
  }

  /** Says that the next overview has to be a new one. */
  changed(): void {
    this.#overview = undefined
  }

  /** @throws RepocastError REPOCAST_REPOSITORY_BAD_NAME, REPOCAST_REPOSITORY_UNKNOWN */
  async repository(text: string): Promise<RepositoryDocument> {
    const { store, tracker, statistics } = this.#with
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
      publicMirrors: statistics.publicMirrors().filter(one => one.repository === name),
      findings: [...record.findings],
      packs: record.packs.map(({ infoHash, bytes, objects }) => {
        const { seeders, partialSeeds, leechers } = tracker.scrape(infoHash)
        return { infoHash, bytes, objects, seeders, partialSeeds, leechers }
      }),
    }
  }

  /** @throws RepocastError REPOCAST_REPOSITORY_BAD_NAME, REPOCAST_REPOSITORY_UNKNOWN, REPOCAST_INTERNAL */
  async packageChanges(text: string): Promise<PackageChangesDocument> {
    const { store, packageChanges } = this.#with
    const name = parseRepositoryName(text)
    const record = store.snapshots.newest(name)
    if (!record) throw unknownRepository(name)
    const { kind, serial } = record
    const before = this.#before(record)
    const changes =
      kind === 'plain'
        ? unknownPackages('a plain repository has no packages')
        : before
          ? await packageChanges.of({ repository: name, before: before.serial, after: serial })
          : unknownPackages(serial === 1 ? 'it is the first snapshot' : 'the snapshot before it is not kept')
    return { format: 'repocast package changes', version: 1, name, serial, ...changes }
  }

  /** @throws RepocastError REPOCAST_MIRROR_UNKNOWN */
  mirror(id: string, range: Range): MirrorDocument {
    const { store, mirrors, clock } = this.#with
    const known = mirrors.get(id)
    if (!known) {
      throw new RepocastError('REPOCAST_MIRROR_UNKNOWN', {
        message: 'no mirror with this id has reported',
        hint: 'look at /overview.json for those that have',
      })
    }
    const now = clock()
    return {
      format: 'repocast mirror',
      version: 1,
      mirror: mirrorStatistics(known, lagsOf(store, now)),
      status: known.status,
      history: mirrors.history.read(id, range, now.getTime() / 1000),
      totals: mirrors.history.totals(id),
    }
  }

  traffic(range: Range): TrafficDocument {
    const { mirrors, clock } = this.#with
    const { history } = mirrors
    const now = clock().getTime() / 1000
    return {
      format: 'repocast traffic',
      version: 1,
      mirrors: history.read(allMirrors, range, now),
      origin: history.read(theOrigin, range, now),
      totals: { mirrors: history.totals(allMirrors), origin: history.totals(theOrigin) },
    }
  }

  /** @throws RepocastError REPOCAST_PACK_UNKNOWN, REPOCAST_RECORD_MALFORMED when it is no info-hash */
  swarm(text: string): SwarmDocument {
    const { store, swarm, tracker, mirrors } = this.#with
    const infoHash = parseInfoHash(text)
    const shared = swarm.pack(infoHash)
    const pack = store.packs.list().find(one => one.infoHash === infoHash)
    if (!shared || !pack) throw unknownPack()
    const { name, pieceCount } = shared.status()
    const known = mirrors.list()
    const reports = known.flatMap(({ id, status }) => {
      const report = status.packs.find(one => one.infoHash === infoHash)
      return report ? [{ id, name: status.name, peerId: status.peerId, report }] : []
    })
    const moving = new Set(reports.map(({ id }) => id))
    const serves = this.#servesPack(infoHash)
    const resting = known.filter(({ id, status }) => !moving.has(id) && status.repositories.some(serves)).length
    const { seeders, partialSeeds, leechers } = tracker.scrape(infoHash)
    const picture = swarmPicture({
      pieces: pieceCount,
      originPeerId: swarm.peerId,
      originPeers: shared.peers(),
      reports,
      resting,
    })
    const { bytes } = pack
    const head = { format: 'repocast swarm', version: 1 } as const
    return { ...head, infoHash, name, bytes, pieces: pieceCount, seeders, partialSeeds, leechers, ...picture }
  }

  /** Whether a served serial is of a snapshot that has the pack. Each snapshot is looked at once. */
  #servesPack(infoHash: InfoHash): (served: RepositoryStatus) => boolean {
    const { snapshots } = this.#with.store
    const known = new Map<string, boolean>()
    return ({ name, serial }) => {
      if (serial === null) return false
      const key = `${name} ${serial}`
      const answer = known.get(key) ?? snapshots.get(name as RepositoryName, serial)?.packs.some(isPack) ?? false
      known.set(key, answer)
      return answer
    }
    function isPack(pack: { readonly infoHash: InfoHash }): boolean {
      return pack.infoHash === infoHash
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

function unknownPackages(unknown: string): PackageChanges {
  return { counts: null, unknown, changes: [] }
}

function unknownRepository(name: RepositoryName): RepocastError {
  return new RepocastError('REPOCAST_REPOSITORY_UNKNOWN', {
    message: `no repository ${name} is published here`,
    hint: 'look at /overview.json for those that are',
  })
}

function unknownPack(): RepocastError {
  return new RepocastError('REPOCAST_PACK_UNKNOWN', {
    message: 'no pack with this info-hash is shared here',
    hint: 'look at /stats.json for those that are',
  })
}
