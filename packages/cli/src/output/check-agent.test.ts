import type { AgentStatus, RepositoryStatus } from '@repocast/api'
import { expect, test } from 'vitest'
import { checkAgent, performanceData } from './check-agent.ts'

const time = '2026-11-21T12:00:00.000Z'
const before = (seconds: number) => new Date(Date.parse(time) - seconds * 1000).toISOString()

const fine: RepositoryStatus = {
  name: 'debian',
  state: 'current',
  serial: 5,
  newestSerial: 5,
  bytesDone: 0,
  bytesWanted: 0,
  swapped: before(1000),
  looked: before(30),
  lagSeconds: 0,
  error: null,
}

function agent(changes: Partial<RepositoryStatus> = {}, more: Partial<AgentStatus> = {}): AgentStatus {
  return {
    format: 'repocast agent status',
    version: 1,
    program: '1',
    name: 'mirror',
    time,
    started: before(5000),
    publicUrl: null,
    peerId: '0'.repeat(40),
    repositories: [
      { ...fine, ...changes },
      { ...fine, name: 'fedora', serial: 9, newestSerial: 9 },
    ],
    downloadedBytes: 0,
    uploadedBytes: 0,
    fromMirrorsBytes: 0,
    fromOriginBytes: 0,
    fromWebSeedBytes: 0,
    downloadRate: 0,
    uploadRate: 0,
    peers: 0,
    disk: { freeBytes: 10, totalBytes: 100 },
    packs: [],
    ...more,
  }
}

const error = { code: 'REPOCAST_FEED_UNREACHABLE', message: 'no answer' }
const scrub = { isRunning: false, done: 0, finished: null, objects: 0, bytes: 0, found: 3, healed: 1, lost: 2 }

test.each([
  ['all is well', agent(), 'ok', 'debian 5, fedora 9'],
  ['an update is under way', agent({ state: 'fetching', serial: 4, lagSeconds: 60 }), 'ok', 'debian 4, fedora 9'],
  [
    'an update takes too long',
    agent({ state: 'fetching', serial: 4, lagSeconds: 3601 }),
    'critical',
    'debian serves 4, 5 came 1 h 0 min ago',
  ],
  ['an admin holds it', agent({ state: 'held', serial: 4, hold: 4, lagSeconds: 99_999 }), 'ok', 'debian 4, fedora 9'],
  ['nothing came yet', agent({ state: 'fetching', serial: null }), 'critical', 'debian serves nothing'],
  [
    'the last update failed',
    agent({ state: 'failed', error }),
    'warning',
    'debian is failed: REPOCAST_FEED_UNREACHABLE: no answer',
  ],
  [
    'the feed is gone for long',
    agent({ state: 'failed', error, looked: before(7200) }),
    'critical',
    'debian could not ask its feed for 2 h 0 min',
  ],
  ['damage is there', agent({}, { scrub }), 'warning', '2 damaged objects are not healed yet'],
  ['nothing is followed', agent({}, { repositories: [] }), 'warning', 'it follows nothing'],
])('%s', (_, status, state, message) => {
  const check = checkAgent(status, 3600)
  expect([check.state, check.messages[0]]).toEqual([state, message])
})

test('numbers are told in the form of monitoring plugins', () => {
  expect(performanceData(agent({ lagSeconds: 7 }), 3600)).toBe(
    "'debian_serial'=5 'debian_lag'=7s;;3600;0 'fedora_serial'=9 'fedora_lag'=0s;;3600;0 'disk_free'=10B;;;0;100",
  )
})
