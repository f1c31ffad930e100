import type {
  History,
  MirrorDocument,
  OverviewDocument,
  PackageChange,
  PackageChangesDocument,
  RepositoryDocument,
  SwarmDocument,
  TrafficDocument,
} from '@repocast/api'
import { seeded } from './random.ts'

/** What moved in some hours: quiet, with a wave after each publication. */
function madeHistory(seed: number, now: Date, scale: number, originShare: number): History {
  const random = seeded(seed)
  const resolutionSeconds = 60
  const end = Math.floor(now.getTime() / 60_000) * 60
  const times = Array.from({ length: 360 }, (_, k) => end - 60 * (359 - k)).filter((_, k) => k < 120 || k > 128)
  const takenBytes = times.map(time => {
    const minute = (time / 60) % 95
    const wave = minute < 14 ? (minute + 1) * Math.exp(-minute / 4) : 0
    return Math.floor(scale * 60 * (wave * (0.85 + 0.3 * random()) + 0.02 * random()))
  })
  return {
    resolutionSeconds,
    times,
    takenBytes,
    givenBytes: takenBytes.map(bytes => Math.floor(bytes * (0.9 + 0.3 * random()))),
    fromOriginBytes: takenBytes.map(bytes => Math.floor(bytes * originShare)),
    lagSeconds: times.map(time => ((time / 60) % 95 < 6 ? 200 : 0)),
  }
}

export function madeTraffic(now: Date, mirrors: number): TrafficDocument {
  const history = madeHistory(3, now, mirrors * 4e6, 1 / (0.6 * mirrors))
  const takenBytes = mirrors * 1.9e12
  return {
    format: 'repocast traffic',
    version: 1,
    mirrors: history,
    origin: { ...history, givenBytes: history.fromOriginBytes, takenBytes: history.times.map(() => 0) },
    totals: {
      mirrors: { givenBytes: takenBytes * 0.97, takenBytes, fromOriginBytes: 2.4e12 },
      origin: { givenBytes: 2.6e12, takenBytes: 0, fromOriginBytes: 0 },
    },
  }
}

export function madeMirrorDocument(overview: OverviewDocument, id: string, now: Date): MirrorDocument | undefined {
  const mirror = overview.mirrors.find(one => one.id === id)
  if (!mirror) return undefined
  const repositories = overview.repositories.flatMap((repository, place) => {
    const cell = mirror.cells[place]
    if (cell === '.') return []
    const behind = mirror.behind.find(one => one.repository === place)
    return [
      {
        name: repository.name,
        serial: behind ? behind.serial : repository.serial,
        newestSerial: repository.serial,
        lagSerials: behind?.lagSerials ?? 0,
        lagSeconds: behind?.lagSeconds ?? 0,
        state: behind?.state ?? ('current' as const),
        progress: behind?.progress ?? 1,
      },
    ]
  })
  const facts = {
    downloadedBytes: 412e9,
    uploadedBytes: 655e9,
    downloadRate: mirror.behind.length > 0 ? 31_400_000 : 0,
    uploadRate: 12_700_000,
    peers: 38,
    disk: { freeBytes: 1.93e12, totalBytes: 7.9e12 },
    publicUrl: `https://${mirror.name}/pub`,
  }
  return {
    format: 'repocast mirror',
    version: 1,
    mirror: {
      ...facts,
      id,
      name: mirror.name,
      version: '0.1.0',
      address: '192.0.2.7',
      lastReport: mirror.lastReport,
      repositories,
    },
    status: {
      ...facts,
      format: 'repocast agent status',
      version: 1,
      program: '0.1.0',
      name: mirror.name,
      time: now.toISOString(),
      started: '2026-11-02T06:11:00.000Z',
      peerId: id.padStart(40, '0'),
      fromMirrorsBytes: 398e9,
      fromOriginBytes: 14e9,
      fromWebSeedBytes: 0,
      packs: [],
      repositories: repositories.map(one => ({
        name: one.name,
        state: one.state,
        serial: one.serial,
        newestSerial: one.newestSerial,
        bytesDone: 0,
        bytesWanted: 0,
        swapped: '2026-11-21T07:44:10.000Z',
        error:
          one.state === 'failed'
            ? { code: 'REPOCAST_DISK_FULL', message: 'need 12.4 GiB in /srv/repocast, only 3.10 GiB are free' }
            : null,
      })),
    },
    history: madeHistory(Number.parseInt(id, 16) + 5, now, 3e6, 0.05),
    totals: { givenBytes: 655e9, takenBytes: 412e9, fromOriginBytes: 14e9 },
  }
}

export function madeRepositoryDocument(overview: OverviewDocument, name: string): RepositoryDocument | undefined {
  const repository = overview.repositories.find(one => one.name === name)
  if (!repository) return undefined
  const { serial, created, changes, newBytes } = repository
  const packages = ['openssl_3.5.4-1', 'libssl3_3.5.4-1', 'linux-image-6.18.0-3', 'curl_8.17.0-2', 'zlib1g_1.3.2-1']
  const paths = packages.map((one, k) => ({
    path: `pool/main/${one[0]}/${one.split('_')[0]}/${one}_amd64.deb`,
    change: k === 4 ? ('removed' as const) : ('added' as const),
    bytes: 180_000 + 7_000_000 * k * k,
  }))
  const metadata = ['InRelease', 'Release', 'main/binary-amd64/Packages.xz', 'main/binary-amd64/Packages.gz'].map(
    (one, k) => ({ path: `dists/stable/${one}`, change: 'changed' as const, bytes: 90_000 + 400_000 * k }),
  )
  return {
    format: 'repocast repository',
    version: 1,
    name,
    serial,
    created,
    changes: changes && { ...changes, addedBytes: newBytes, paths: [...metadata, ...paths] },
    publicMirrors: overview.publicMirrors.others.map((one, k) => ({
      ...one,
      ...{ repository: name, url: one.url.replace(/[^/]+\/$/, `${name}/`), serial },
      ...(k > 0 && { state: 'fresh' as const, why: '' }),
    })),
    findings:
      repository.findings.warnings > 0
        ? [
            {
              code: 'DEB_VALID_UNTIL_SHORT',
              severity: 'warning',
              path: 'dists/stable/Release',
              message: 'it is valid until tomorrow',
              count: 1,
            },
            {
              code: 'DEB_SIMPLE_NAMES',
              severity: 'warning',
              path: 'dists/stable/InRelease',
              message: 'indices have new bytes under old names',
              count: 3,
            },
          ]
        : [],
    packs: Array.from({ length: repository.packs }, (_, k) => ({
      infoHash: madeInfoHash(k),
      bytes: Math.floor(repository.bytes / 2 ** (k + 1)),
      objects: Math.ceil(repository.files / 2 ** (k + 1)),
      seeders: 14 + ((k * 5) % 9),
      partialSeeds: 0,
      leechers: k === 0 ? 6 : 0,
    })),
  }
}

export function madePackageChanges(overview: OverviewDocument, name: string): PackageChangesDocument | undefined {
  const repository = overview.repositories.find(one => one.name === name)
  if (!repository) return undefined
  const change = (kind: PackageChange['change'], name: string, from: string | null, to: string | null) => ({
    ...{ change: kind, place: 'dists/stable/main', name, architecture: 'amd64', from, to },
  })
  return {
    ...{ format: 'repocast package changes', version: 1, name, serial: repository.serial, unknown: null },
    counts: { added: 1, removed: 1, upgraded: 3, downgraded: 0, replaced: 0 },
    changes: [
      change('upgraded', 'curl', '8.17.0-1', '8.17.0-2'),
      change('upgraded', 'libssl3', '3.5.3-1', '3.5.4-1'),
      change('added', 'linux-image-6.18', null, '6.18.0-3'),
      change('upgraded', 'openssl', '3.5.3-1', '3.5.4-1'),
      change('removed', 'zlib1g', '1:1.3.2-1', null),
    ],
  }
}

export function madeSwarm(overview: OverviewDocument, infoHash: string): SwarmDocument {
  const random = seeded(11)
  const mirrors = overview.mirrors.slice(0, 17)
  const mirrorNodes = mirrors.map(({ id, name }, k) => ({
    kind: 'mirror' as const,
    name: name.split('.')[0] ?? name,
    mirrorId: id,
    held: Math.min(1, 0.12 + 0.06 * k + 0.1 * random()),
  }))
  const nodes: SwarmDocument['nodes'] = [
    { kind: 'origin', name: 'origin', mirrorId: null, held: 1 },
    ...mirrorNodes,
    { kind: 'client', name: 'qBittorrent', mirrorId: null, held: null },
    { kind: 'client', name: 'aria2', mirrorId: null, held: 1 },
  ]
  const edges = nodes.flatMap((_, to) =>
    nodes.flatMap((__, from) => {
      if (from === to || to === 0 || random() > (from === 0 ? 0.35 : 0.12)) return []
      return [{ from, to, bytes: Math.floor(5e6 + random() ** 3 * 4e8) }]
    }),
  )
  return {
    format: 'repocast swarm',
    version: 1,
    infoHash,
    name: 'debian-security-412',
    bytes: 1_240_000_000,
    pieces: 1183,
    seeders: 4,
    partialSeeds: 0,
    leechers: 16,
    nodes,
    othersCount: 3,
    edges,
    copies: {
      holders: 20,
      fewest: Array.from({ length: 200 }, (_, k) =>
        Math.max(1, Math.round(9 + 6 * Math.sin(k / 9) - 9 * random() ** 4)),
      ),
    },
  }
}

/** Of the pack with this number. */
export function madeInfoHash(pack: number): string {
  const random = seeded(100 + pack)
  return Array.from({ length: 40 }, () => Math.floor(16 * random()).toString(16)).join('')
}
