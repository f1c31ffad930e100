import type { PeerStatus } from '@repocast/swarm'
import { expect, test } from 'vitest'
import { agentActivity } from './activity.ts'

const connection = (peerId: string, infoHash: string, uploadRate: number): PeerStatus => ({
  infoHash: infoHash as PeerStatus['infoHash'],
  peerId,
  address: '192.0.2.1:6881',
  client: 'repocast',
  role: peerId === 'o' ? 'origin' : 'mirror',
  isIncoming: true,
  isSeeder: true,
  downloadedBytes: 5,
  uploadedBytes: 10,
  downloadRate: 0.4,
  uploadRate,
})
const limits = { downloadRate: null, uploadRate: 1000, until: null, repositories: [], connections: 5 }

test('connections are told by peer, those that move most first, without their addresses', () => {
  const connections = [
    connection('o', 'a', 1),
    connection('m', 'a', 20),
    connection('o', 'b', 2),
    connection('o', 'b', 3),
  ]
  const activity = agentActivity({ limits, connections, failures: [] })
  expect(activity.peers).toEqual([
    {
      client: 'repocast',
      kind: 'mirror',
      packs: 1,
      downloadedBytes: 5,
      uploadedBytes: 10,
      downloadRate: 0,
      uploadRate: 20,
    },
    {
      client: 'repocast',
      kind: 'origin',
      packs: 2,
      downloadedBytes: 15,
      uploadedBytes: 30,
      downloadRate: 1,
      uploadRate: 6,
    },
  ])
  expect(JSON.stringify(activity)).not.toContain('192.0.2.1')
})

test('of many peers some are told', () => {
  const connections = Array.from({ length: 500 }, (_, k) => connection(`m${k}`, 'a', k))
  expect(agentActivity({ limits, connections, failures: [] }).peers).toHaveLength(100)
})
