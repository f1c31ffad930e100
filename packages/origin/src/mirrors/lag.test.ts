import type { RepositoryName, SnapshotRecord } from '@repocast/objects'
import { expect, test } from 'vitest'
import { lagsOf, type PublishedSource } from './lag.ts'

const now = new Date('2026-11-21T00:01:00Z')
const record = (serial: number) => ({ serial, created: `2026-11-21T00:00:0${serial}Z` }) as SnapshotRecord

/** Five snapshots, a second apart; `stable` is 3. */
const published: PublishedSource = {
  snapshots: {
    newest: (name: RepositoryName) => (name === 'debian' ? record(5) : undefined),
    after: (_, serial) => (serial < 5 ? record(serial + 1) : undefined),
  },
  channels: { of: () => new Map([['stable', 3]]) },
}
const lag = lagsOf(published, now)

test('a mirror without a channel is to have the newest', () => {
  expect(lag({ name: 'debian', serial: 5 })).toEqual({ newestSerial: 5, lagSerials: 0, lagSeconds: 0 })
  expect(lag({ name: 'debian', serial: 3 })).toEqual({ newestSerial: 5, lagSerials: 2, lagSeconds: 56 })
  expect(lag({ name: 'debian', serial: null })).toMatchObject({ lagSerials: 5 })
  expect(lag({ name: 'debian', serial: 7 })).toMatchObject({ lagSerials: 0 })
})

test('one that follows a channel is to have what that names, also when it was moved back', () => {
  expect(lag({ name: 'debian', serial: 3, channel: 'stable' })).toMatchObject({ newestSerial: 3, lagSerials: 0 })
  expect(lag({ name: 'debian', serial: 2, channel: 'stable' })).toMatchObject({ lagSerials: 1, lagSeconds: 57 })
  expect(lag({ name: 'debian', serial: 4, channel: 'stable' })).toMatchObject({ lagSerials: 1, lagSeconds: 0 })
  expect(lag({ name: 'debian', serial: 5, channel: 'gone' })).toMatchObject({ newestSerial: 5, lagSerials: 0 })
})

test('one that holds has what it is to have', () => {
  expect(lag({ name: 'debian', serial: 2, hold: 2, channel: 'stable' })).toMatchObject({
    newestSerial: 2,
    lagSerials: 0,
  })
})

test('a name of no repository is behind nothing', () => {
  expect(lag({ name: 'Not A Name', serial: 1 })).toEqual({ newestSerial: null, lagSerials: 0, lagSeconds: 0 })
})

test('where the snapshot that was missed first is not kept any more, the oldest kept one counts', () => {
  const kept = { ...published, snapshots: { ...published.snapshots, after: () => record(4) } }
  expect(lagsOf(kept, now)({ name: 'debian', serial: 1 })).toEqual({ newestSerial: 5, lagSerials: 4, lagSeconds: 56 })
})
