import type { MirrorStatistics, PublicMirrorStatistics, WatchStatistics } from '@repocast/api'
import type { RepositoryName, SnapshotRecord } from '@repocast/objects'
import { expect, test } from 'vitest'
import { overviewOf } from './overview.ts'

const now = new Date('2026-11-21T08:00:00Z')
const snapshot = (repository: string, serial: number) => ({
  record: {
    repository: repository as RepositoryName,
    kind: 'plain',
    serial,
    created: now.toISOString(),
    counts: { files: 3, links: 0, directories: 1 },
    bytes: 10,
    packs: [],
    findings: [{ code: 'x', severity: 'warning', path: 'a', message: 'it is odd', count: 3 }],
  } as unknown as SnapshotRecord,
  packsBefore: new Set<never>(),
  changes: null,
})

type Served = Partial<MirrorStatistics['repositories'][number]> & { readonly name: string }

const mirror = (id: string, repositories: readonly Served[], lastReport = now.toISOString()): MirrorStatistics => ({
  id,
  name: id,
  version: '0.1.0',
  address: '192.0.2.1',
  publicUrl: null,
  lastReport,
  downloadedBytes: 0,
  uploadedBytes: 0,
  downloadRate: 0,
  uploadRate: 0,
  peers: 0,
  disk: null,
  repositories: repositories.map(one => ({
    serial: 4,
    newestSerial: 4,
    lagSerials: 0,
    lagSeconds: 0,
    state: 'current',
    progress: 1,
    ...one,
  })),
})

const publicMirror = (state: PublicMirrorStatistics['state']): PublicMirrorStatistics => ({
  ...{ repository: 'a', url: `http://${state}.example/a/`, state, why: '', serial: 4 },
  ...{ since: '2026-11-21T07:00:00Z', asked: '2026-11-21T08:00:00Z' },
})

const watch = (name: string, error: WatchStatistics['error']): WatchStatistics => ({
  name,
  state: error ? 'failing' : 'current',
  step: null,
  unpublishedSeconds: error ? 7 : 0,
  error,
})

test('a cell says how a mirror is with a repository, and whoever is behind is told in words', () => {
  const overview = overviewOf({
    origin: 'http://origin.example.org',
    now,
    snapshots: ['a', 'b', 'c'].map(name => snapshot(name, 4)),
    mirrors: [
      mirror('current', [{ name: 'a' }, { name: 'c' }, { name: 'of another origin' }]),
      mirror('channel', [{ name: 'b', serial: 2, newestSerial: 2 }]),
      mirror('late', [
        { name: 'a', serial: 3, lagSerials: 1, lagSeconds: 9, state: 'fetching', progress: 0.5 },
        { name: 'b', serial: null, lagSerials: 4, lagSeconds: 99, state: 'failed', progress: 0 },
      ]),
      mirror('quiet', [{ name: 'a' }], '2026-11-21T07:55:00Z'),
    ],
    packs: [],
    publicMirrors: (['fresh', 'stale', 'wrong', 'previous', 'dead'] as const).map(publicMirror),
    watched: [watch('a', null), watch('b', { code: 'REPOCAST_DISK_FULL', message: 'full' })],
    originGivenBytes: 1,
    mirrorsGivenBytes: 2,
  })
  expect(overview.mirrors.map(({ cells }) => cells)).toEqual(['=.=', '.@.', '<!.', '=..'])
  expect(overview.mirrors[2]?.behind).toEqual([
    { repository: 0, serial: 3, lagSerials: 1, lagSeconds: 9, state: 'fetching', progress: 0.5 },
    { repository: 1, serial: null, lagSerials: 4, lagSeconds: 99, state: 'failed', progress: 0 },
  ])
  expect(overview.mirrors.map(({ isSilent }) => isSilent)).toEqual([false, false, false, true])
  expect(overview.totals).toMatchObject({ mirrors: 4, currentMirrors: 3, silentMirrors: 1 })
  expect(overview.repositories.map(({ current, behind }) => [current, behind])).toEqual([
    [2, 1],
    [1, 1],
    [1, 0],
  ])
  expect(overview.troubles).toEqual([
    { repository: 'b', code: 'REPOCAST_DISK_FULL', message: 'full', unpublishedSeconds: 7 },
  ])
  expect(overview.publicMirrors).toMatchObject({ count: 5, fresh: 1 })
  expect(overview.publicMirrors.others.map(({ state }) => state)).toEqual(['wrong', 'dead', 'stale', 'previous'])
  expect(overview.repositories[0]?.findings).toEqual({ errors: 0, warnings: 3, notes: 0 })
})
