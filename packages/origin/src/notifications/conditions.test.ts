import type { MirrorStatistics } from '@repocast/api'
import { expect, test } from 'vitest'
import { conditionsOf, type Seen } from './conditions.ts'

const thresholds = { lagSeconds: 3600, goneSeconds: 600, diskShare: 0.05 }
const started = new Date('2026-01-01T00:00:00Z')
const at = (minutes: number) => new Date(started.getTime() + minutes * 60_000)

function mirror(reported: Date, lagSeconds = 0, more: Partial<MirrorStatistics> = {}): MirrorStatistics {
  const repository = {
    name: 'debian',
    serial: 3 as number | null,
    newestSerial: 4,
    lagSerials: lagSeconds === 0 ? 0 : 1,
  }
  return {
    ...{ id: 'm1', name: 'one', version: '1', address: '192.0.2.1', publicUrl: null },
    lastReport: reported.toISOString(),
    repositories: [{ ...repository, lagSeconds, state: 'fetching', progress: 0 }],
    ...{ downloadedBytes: 0, uploadedBytes: 0, downloadRate: 0, uploadRate: 0, peers: 0, disk: null },
    ...more,
  }
}

function holding(mirrors: readonly MirrorStatistics[], now: Date, more: Partial<Seen> = {}) {
  const seen = { mirrors, disk: undefined, now, started, ...more }
  return Object.fromEntries([...conditionsOf(seen, thresholds)].map(({ key, holds }) => [key, holds]))
}

test('a mirror lags behind the threshold, not at it', () => {
  expect(holding([mirror(at(5), 3600)], at(5))).toEqual({ 'gone m1': false, 'lag m1 debian': false })
  expect(holding([mirror(at(5), 3601)], at(5))).toEqual({ 'gone m1': false, 'lag m1 debian': true })
})

test('a mirror that is silent is gone, and its lag cannot be told', () => {
  expect(holding([mirror(at(5), 3601)], at(16))).toEqual({ 'gone m1': true, 'lag m1 debian': undefined })
})

test('while the origin was not there, nobody could report', () => {
  const before = at(-300)
  expect(holding([mirror(before, 9999)], at(5))).toEqual({ 'gone m1': undefined, 'lag m1 debian': undefined })
  expect(holding([mirror(before, 9999)], at(11))).toMatchObject({ 'gone m1': true })
})

test('who has nothing yet is new, not late, unless it fails', () => {
  const fresh = (state: 'fetching' | 'failed') =>
    mirror(at(5), 0, {
      repositories: [
        { name: 'debian', serial: null, newestSerial: 4, lagSerials: 4, lagSeconds: 9999, state, progress: 0 },
      ],
    })
  expect(holding([fresh('fetching')], at(5))).toMatchObject({ 'lag m1 debian': false })
  expect(holding([fresh('failed')], at(5))).toMatchObject({ 'lag m1 debian': true })
})

test('a disk is low below its threshold, and well a tenth above it', () => {
  const own = (freeBytes: number) => holding([], at(5), { disk: { freeBytes, totalBytes: 1000 } })['disk ']
  expect([49, 50, 54, 56].map(own)).toEqual([true, undefined, undefined, false])
  const disk = { freeBytes: 1, totalBytes: 1000 }
  expect(holding([mirror(at(5), 0, { disk })], at(5))).toMatchObject({ 'disk m1': true })
  expect(holding([mirror(at(5), 0, { disk })], at(50))).toMatchObject({ 'disk m1': undefined })
})

test('sentences are for people', () => {
  const seen = {
    mirrors: [mirror(at(5), 3700)],
    disk: { freeBytes: 2 ** 30, totalBytes: 2 ** 40 },
    now: at(5),
    started,
  }
  expect([...conditionsOf(seen, thresholds)].map(({ begins }) => begins.text)).toEqual([
    'the disk of the origin is low: 1.00 GiB of 1.00 TiB are free',
    'one has not reported since 2026-01-01T00:05:00.000Z',
    'one is behind with debian: 1 serial, 1 h 1 min',
  ])
})
