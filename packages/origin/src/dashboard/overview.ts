import type {
  Behind,
  Cell,
  ChangeCounts,
  MirrorStatistics,
  OverviewDocument,
  OverviewMirror,
  OverviewRepository,
  PackStatistics,
  PublicMirrorStatistics,
  PublishTrouble,
  WatchStatistics,
} from '@repocast/api'
import type { InfoHash, SnapshotRecord } from '@repocast/objects'
import { repositoryStatistics } from '../statistics.ts'

/** A mirror that has been quiet for so long is shown as silent: it reports every half minute. */
const silentAfterSeconds = 180

/** The newest snapshot of a repository, and the packs that its last but one had. */
export interface NewestSnapshot {
  readonly record: SnapshotRecord
  readonly packsBefore: ReadonlySet<InfoHash>
  readonly changes: ChangeCounts | null
}

export interface OverviewSources {
  readonly origin: string
  readonly now: Date
  readonly snapshots: readonly NewestSnapshot[]
  readonly mirrors: readonly MirrorStatistics[]
  readonly packs: readonly PackStatistics[]
  readonly watched: readonly WatchStatistics[]
  readonly publicMirrors: readonly PublicMirrorStatistics[]
  /** Ever, in bytes. */
  readonly originGivenBytes: number
  readonly mirrorsGivenBytes: number
}

/** What the dashboard shows first. Pure. */
export function overviewOf(sources: OverviewSources): OverviewDocument {
  const { origin, now, snapshots, packs, originGivenBytes, mirrorsGivenBytes } = sources
  const places = new Map(
    snapshots.map(({ record }, place) => [record.repository as string, { place, newest: record.serial }]),
  )
  const mirrors = sources.mirrors.map(mirror => overviewMirror(mirror, places, now))
  const seeders = sum(packs.map(one => one.seeders))
  const partialSeeds = sum(packs.map(one => one.partialSeeds))
  const leechers = sum(packs.map(one => one.leechers))
  return {
    format: 'repocast overview',
    version: 1,
    origin,
    generated: now.toISOString(),
    totals: {
      mirrors: mirrors.length,
      currentMirrors: mirrors.filter(one => one.behind.length === 0 && /[=@]/.test(one.cells)).length,
      silentMirrors: mirrors.filter(one => one.isSilent).length,
      peers: seeders + partialSeeds + leechers,
      seeders,
      partialSeeds,
      leechers,
      originGivenBytes,
      mirrorsGivenBytes,
    },
    troubles: sources.watched.flatMap(troubleOf),
    publicMirrors: overviewPublicMirrors(sources.publicMirrors),
    repositories: snapshots.map((snapshot, place) => overviewRepository(snapshot, place, mirrors)),
    mirrors,
  }
}

/** Worst first. */
const badness: readonly PublicMirrorStatistics['state'][] = ['wrong', 'dead', 'stale', 'previous']
const shownPublicMirrors = 100

function overviewPublicMirrors(mirrors: readonly PublicMirrorStatistics[]): OverviewDocument['publicMirrors'] {
  const others = mirrors.filter(({ state }) => state !== 'fresh')
  const worstFirst = others.sort((a, b) => badness.indexOf(a.state) - badness.indexOf(b.state))
  const fresh = mirrors.length - others.length
  return { count: mirrors.length, fresh, others: worstFirst.slice(0, shownPublicMirrors) }
}

function troubleOf({ name: repository, error, unpublishedSeconds }: WatchStatistics): PublishTrouble[] {
  return error === null ? [] : [{ repository, ...error, unpublishedSeconds }]
}

function overviewMirror(
  { id, name, lastReport, repositories }: MirrorStatistics,
  places: ReadonlyMap<string, { readonly place: number; readonly newest: number }>,
  now: Date,
): OverviewMirror {
  const cells: Cell[] = Array.from({ length: places.size }, () => '.')
  const behind: Behind[] = []
  for (const { name: repository, serial, newestSerial, lagSerials, lagSeconds, state, progress } of repositories) {
    const { place, newest } = places.get(repository) ?? {}
    // An agent may follow repositories of other origins as well.
    if (place === undefined) continue
    cells[place] = lagSerials > 0 ? (state === 'failed' ? '!' : '<') : newestSerial === newest ? '=' : '@'
    if (lagSerials > 0) behind.push({ repository: place, serial, lagSerials, lagSeconds, state, progress })
  }
  const isSilent = now.getTime() - Date.parse(lastReport) > silentAfterSeconds * 1000
  return { id, name, lastReport, isSilent, cells: cells.join(''), behind }
}

function overviewRepository(
  { record, packsBefore, changes }: NewestSnapshot,
  place: number,
  mirrors: readonly OverviewMirror[],
): OverviewRepository {
  const cells = mirrors.map(mirror => mirror.cells[place])
  return {
    ...repositoryStatistics(record),
    newBytes: sum(record.packs.filter(pack => !packsBefore.has(pack.infoHash)).map(pack => pack.bytes)),
    changes,
    current: cells.filter(cell => cell === '=' || cell === '@').length,
    behind: cells.filter(cell => cell === '<' || cell === '!').length,
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
