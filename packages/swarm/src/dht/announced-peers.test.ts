import { type InfoHash, parseInfoHash } from '@repocast/objects'
import { expect, test } from 'vitest'
import { AnnouncedPeers } from './announced-peers.ts'

const hash = (number: number) => parseInfoHash(number.toString(16).padStart(40, '0'))
const peer = (number: number) => Buffer.from([10, 0, number >> 8, number & 255, 0x1a, 0xe1])

function fresh({ own }: { own?: number } = {}) {
  const clock = { ms: 0, now: () => clock.ms }
  const heard: string[] = []
  const isOurs = (infoHash: InfoHash) => own !== undefined && infoHash === hash(own)
  const peers = new AnnouncedPeers({
    clock,
    random: () => 0.5,
    ours: infoHash => (isOurs(infoHash) ? peer(999) : undefined),
    isOurs,
    onNew: (infoHash, address) => void heard.push(`${Number(`0x${infoHash}`)} ${address}`),
  })
  return { peers, clock, heard }
}

test('who was announced is told to who asks, for 45 minutes, and is news once', () => {
  const { peers, clock, heard } = fresh()
  peers.add(hash(1), peer(1))
  peers.add(hash(1), peer(2))
  peers.add(hash(2), peer(1))
  clock.ms = 30 * 60_000
  peers.add(hash(1), peer(2))
  expect(heard).toEqual(['1 10.0.0.1:6881', '1 10.0.0.2:6881', '2 10.0.0.1:6881'])
  expect(new Set(peers.get(hash(1)).map(String))).toEqual(new Set([peer(1), peer(2)].map(String)))
  clock.ms = 46 * 60_000
  expect(peers.get(hash(1))).toEqual([peer(2)])
  expect(peers.get(hash(2))).toEqual([])
})

test('an answer fits into a datagram, and what is remembered has an end', () => {
  const { peers, heard } = fresh({ own: 5000 })
  for (let k = 0; k < 1000; k += 1) peers.add(hash(1), peer(k))
  expect(peers.get(hash(1))).toHaveLength(50)
  expect(peers.get(hash(1), 7)).toHaveLength(7)
  for (const told of peers.get(hash(1))) expect(told.readUInt16BE(2)).toBeGreaterThanOrEqual(800)
  heard.length = 0
  for (let k = 2; k < 4000; k += 1) peers.add(hash(k), peer(1))
  expect(heard).toHaveLength(1999)
  expect(peers.get(hash(3999))).toEqual([])
  peers.add(hash(5000), peer(1))
  expect(peers.get(hash(5000))).toEqual([peer(999), peer(1)])
})

test('we are among those who share what we have', () => {
  const { peers } = fresh({ own: 1 })
  expect(peers.get(hash(1))).toEqual([peer(999)])
  for (let k = 0; k < 100; k += 1) peers.add(hash(1), peer(k))
  expect(peers.get(hash(1))).toHaveLength(50)
  expect(peers.get(hash(1))[0]).toEqual(peer(999))
})
