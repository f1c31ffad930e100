import type {
  Behind,
  OverviewDocument,
  OverviewMirror,
  OverviewRepository,
  PublicMirrorStatistics,
} from '@repocast/api'
import { seeded } from './random.ts'

export interface MadeOverview {
  readonly mirrors: number
  readonly repositories: number
  readonly now: Date
}

const families: readonly (readonly [string, OverviewRepository['kind']])[] = [
  ['debian', 'deb'],
  ['debian-security', 'deb'],
  ['fedora-43', 'yum'],
  ['epel-10', 'yum'],
  ['installers', 'plain'],
]
const places = ['fra', 'ams', 'waw', 'mad', 'sto', 'lon', 'nyc', 'sjc', 'sao', 'jnb', 'sin', 'tyo', 'syd', 'bom']

/** What an origin with so many mirrors and repositories could tell: most are up to date, some are on their way. */
export function madeOverview({
  mirrors: mirrorCount,
  repositories: repositoryCount,
  now,
}: MadeOverview): OverviewDocument {
  const random = seeded(7)
  const ago = (seconds: number) => new Date(now.getTime() - 1000 * Math.floor(seconds)).toISOString()
  const repositories = Array.from({ length: repositoryCount }, (_, k) => madeRepository(k, random, ago))
  const mirrors = Array.from({ length: mirrorCount }, (_, k) => madeMirror(k, repositories, random, ago))
  const seeders = mirrorCount * Math.min(12, repositoryCount * 3)
  const leechers = mirrors.reduce((sum, { behind }) => sum + behind.length, 0)
  return {
    format: 'repocast overview',
    version: 1,
    origin: 'https://origin.example.org',
    generated: now.toISOString(),
    totals: {
      mirrors: mirrorCount,
      currentMirrors: mirrors.filter(({ behind }) => behind.length === 0).length,
      silentMirrors: mirrors.filter(({ isSilent }) => isSilent).length,
      peers: seeders + leechers,
      seeders,
      partialSeeds: 0,
      leechers,
      originGivenBytes: repositoryCount * 48e9,
      mirrorsGivenBytes: repositoryCount * mirrorCount * 345e9,
    },
    troubles: [],
    publicMirrors: madePublicMirrors(mirrors, repositories, ago),
    repositories: repositories.map((one, k) => ({
      ...one,
      current: mirrors.filter(({ cells }) => cells[k] === '=').length,
      behind: mirrors.filter(({ cells }) => cells[k] === '<' || cells[k] === '!').length,
    })),
    mirrors,
  }
}

function madePublicMirrors(
  mirrors: readonly OverviewMirror[],
  repositories: readonly OverviewRepository[],
  ago: (seconds: number) => string,
): OverviewDocument['publicMirrors'] {
  const [first, second] = repositories
  const of = (
    k: number,
    { name, serial }: OverviewRepository,
    state: PublicMirrorStatistics['state'],
    why: string,
  ) => ({
    ...{ repository: name, url: `https://${mirrors[k]?.name ?? ''}/pub/${name}/`, state, why, serial },
    ...{ since: ago(300 + 4000 * k), asked: ago(9) },
  })
  const others =
    first && second && mirrors.length > 8
      ? [
          of(8, first, 'wrong', 'pool/main/c/curl/curl_8.17.0-2_amd64.deb: its content is another one'),
          of(5, first, 'dead', 'dists/stable/InRelease: it cannot be reached: ECONNREFUSED'),
          of(4, second, 'stale', 'dists/stable/InRelease: its content is another one'),
          of(0, second, 'previous', 'dists/stable/InRelease: it is as in the snapshot before'),
        ]
      : []
  const count = Math.min(14, mirrors.length) * repositories.length
  return { count, fresh: count - others.length, others }
}

function madeRepository(k: number, random: () => number, ago: (seconds: number) => string): OverviewRepository {
  const [family, kind] = families[k % families.length] ?? ['things', 'plain']
  const files = 800 + Math.floor(random() * 90_000)
  const serial = k === 4 ? 1 : 1 + Math.floor(random() * 900)
  const added = Math.floor(random() * 120)
  return {
    name: k < families.length ? family : `${family}-${Math.floor(k / families.length)}`,
    kind,
    serial,
    created: ago(k === 1 ? 140 : 600 + random() * 90_000),
    bytes: Math.floor(files * (200_000 + random() * 2_000_000)),
    files,
    packs: 4 + Math.floor(random() * 12),
    newBytes: Math.floor((1 + added) * random() * 4_000_000),
    changes: serial === 1 ? null : { added, changed: 4 + Math.floor(random() * 9), removed: Math.floor(random() * 40) },
    findings: { errors: 0, warnings: k % 7 === 1 ? 2 : 0, notes: k % 11 === 5 ? 1 : 0 },
    current: 0,
    behind: 0,
  }
}

function madeMirror(
  k: number,
  repositories: readonly OverviewRepository[],
  random: () => number,
  ago: (seconds: number) => string,
): OverviewMirror {
  const isSilent = k % 97 === 11
  const isLate = k % 23 === 4
  const follows = random() < 0.2 ? 0.5 : 1
  const behind: Behind[] = []
  const cells = repositories.map((repository, place) => {
    if (place > 0 && random() >= follows) return '.'
    // The repository that was published just now is on its way to many.
    const chance = place === 1 ? 0.3 : isLate || isSilent ? 0.3 : 0.002
    if (repository.serial === 1 || random() >= chance) return '='
    const lagSerials = isLate ? 1 + Math.floor(random() * 5) : 1
    const hasFailed = isLate && k % 46 === 4
    behind.push({
      repository: place,
      serial: Math.max(1, repository.serial - lagSerials),
      lagSerials,
      lagSeconds: Math.floor(place === 1 && !isLate ? 140 : 900 + random() * 40_000 * lagSerials),
      state: hasFailed ? 'failed' : 'fetching',
      progress: random(),
    })
    return hasFailed ? '!' : '<'
  })
  const place = places[k % places.length] ?? 'x'
  return {
    id: k.toString(16).padStart(32, '0'),
    name: `${place}${1 + Math.floor(k / places.length)}.mirror.example.org`,
    lastReport: ago(isSilent ? 4000 + random() * 90_000 : random() * 28),
    isSilent,
    cells: cells.join(''),
    behind,
  }
}
