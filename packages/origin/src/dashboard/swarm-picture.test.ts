import { expect, test } from 'vitest'
import { clientName } from './client-name.ts'
import { type HolderReport, swarmPicture } from './swarm-picture.ts'

const hex = (text: string) => Buffer.from(text.padEnd(20, ' '), 'latin1').toString('hex')
const [origin, a, b, stock] = [hex('origin'), hex('a'), hex('b'), hex('-TR4030-')]

/** `##..` has the first two of four pieces. */
const bits = (drawn: string) =>
  Buffer.from([Number.parseInt(drawn.replace(/#/g, '1').replace(/\./g, '0').padEnd(8, '0'), 2)]).toString('base64')

const mirror = (peerId: string, name: string, pieces: string, received: [string, number][], webSeedBytes = 0) =>
  ({
    id: name,
    name,
    peerId,
    report: {
      infoHash: '0'.repeat(40),
      pieces: pieces === 'all' ? pieces : bits(pieces),
      received: received.map(([from, bytes]) => ({ peerId: from, bytes })),
      webSeedBytes,
    },
  }) satisfies HolderReport

const originPeer = (peerId: string, uploadedBytes: number) => ({
  peerId,
  uploadedBytes,
  downloadedBytes: 0,
  isSeeder: false,
})

test('who gives to whom is drawn from reports and from the connections of the origin', () => {
  const { nodes, edges, othersCount } = swarmPicture({
    pieces: 4,
    originPeerId: origin,
    originPeers: [originPeer(a, 90), originPeer(stock, 7)],
    reports: [
      mirror(a, 'a', '##..', [[origin, 100]], 5),
      mirror(b, 'b', 'all', [
        [a, 40],
        [stock, 1],
      ]),
    ],
    resting: 3,
  })
  expect(nodes[0]).toEqual({ kind: 'origin', name: 'origin', mirrorId: null, held: 1 })
  const at = (name: string) => nodes.findIndex(node => node.name === name)
  expect(nodes[at('a')]).toMatchObject({ kind: 'mirror', mirrorId: 'a', held: 0.5 })
  expect(nodes[at('Transmission')]).toEqual({ kind: 'client', name: 'Transmission', mirrorId: null, held: null })
  const between = (from: string, to: string) => edges.find(one => one.from === at(from) && one.to === at(to))?.bytes
  expect(between('origin', 'a')).toBe(105)
  expect(between('a', 'b')).toBe(40)
  expect(between('origin', 'Transmission')).toBe(7)
  expect(between('Transmission', 'b')).toBe(1)
  expect(edges).toHaveLength(4)
  expect(othersCount).toBe(3)
})

test('rare pieces are told from common ones', () => {
  const { copies } = swarmPicture({
    pieces: 4,
    originPeerId: origin,
    originPeers: [],
    reports: [mirror(a, 'a', '##..', []), mirror(b, 'b', '.#..', [])],
    resting: 1,
  })
  expect(copies).toEqual({ holders: 4, fewest: [3, 4, 2, 2] })
})

test('of a large swarm those are drawn that move most, and the others are counted', () => {
  const reports = Array.from({ length: 500 }, (_, k) => mirror(hex(`m${k}`), `m${k}`, 'all', [[origin, k + 1]]))
  const { nodes, edges, othersCount } = swarmPicture({
    pieces: 5000,
    originPeerId: origin,
    originPeers: [],
    reports,
    resting: 10,
  })
  expect(nodes).toHaveLength(40)
  expect(nodes[0]?.kind).toBe('origin')
  expect(nodes[1]?.name).toBe('m499')
  expect(edges).toHaveLength(39)
  expect(othersCount).toBe(10 + 461)
})

test('a stock client is known by the letters of its peer id', () => {
  expect(['-qB5000-', '-XX1234-', 'A2-1-36-', ''].map(text => clientName(hex(text)))).toEqual([
    'qBittorrent',
    'BitTorrent client',
    'aria2',
    'BitTorrent client',
  ])
})
