import { expect, test } from 'vitest'
import { admit } from './admission.ts'
import { Bans } from './bans.ts'
import { superfluousLanes } from './lanes.ts'

const known = { ownId: 'm', lanes: 1, isBanned: false, isFull: false, connections: [] }

test('ourselves, the banned and too many are refused', () => {
  const peer = { peerId: 'a', isIncoming: true }
  expect(admit(peer, known)).toEqual({ kind: 'keep' })
  expect(admit({ ...peer, peerId: 'm' }, known)).toEqual({ kind: 'refuse', why: 'self' })
  expect(admit(peer, { ...known, isBanned: true })).toEqual({ kind: 'refuse', why: 'banned' })
  expect(admit(peer, { ...known, isFull: true })).toEqual({ kind: 'refuse', why: 'full' })
})

test.each([
  ['a', 'b'],
  ['b', 'a'],
])('of two crossed connections between %s and %s both sides keep the same one', (here, there) => {
  const kept = (ownId: string, peerId: string, order: readonly boolean[]) => {
    const [first = false, second = false] = order
    const existing = { peerId, isIncoming: first }
    const verdict = admit({ peerId, isIncoming: second }, { ...known, ownId, connections: [existing] })
    return (verdict.kind === 'refuse' ? first : second) ? peerId : ownId // who opened what is kept
  }
  for (const order of [
    [true, false],
    [false, true],
  ]) {
    expect(kept(here, there, order)).toBe('a')
    expect(kept(there, here, order)).toBe('a')
  }
})

test('a second connection of the same direction is refused', () => {
  const existing = { peerId: 'a', isIncoming: true }
  expect(admit({ peerId: 'a', isIncoming: true }, { ...known, connections: [existing] })).toMatchObject({
    why: 'duplicate',
  })
})

test('a peer that may have two connections keeps one of each direction', () => {
  const [outgoing, incoming] = [
    { peerId: 'a', isIncoming: false },
    { peerId: 'a', isIncoming: true },
  ]
  const two = { ...known, lanes: 2 }
  expect(admit({ ...incoming }, { ...two, connections: [outgoing] })).toEqual({ kind: 'keep' })
  expect(admit({ ...incoming }, { ...two, connections: [incoming] })).toMatchObject({ why: 'duplicate' })
  expect(admit({ ...incoming }, { ...two, connections: [outgoing, incoming] })).toMatchObject({ why: 'duplicate' })
})

test('of second connections both ends close the same when there are many peers, and none while there are few', () => {
  const ids = [...'abcdefgh']
  const both = (peerId: string) => [true, false].map(isIncoming => ({ peerId, isIncoming }))
  expect(superfluousLanes(ids.flatMap(both), 'm')).toEqual([])
  const many = [...ids.flatMap(both), { peerId: 'z', isIncoming: false }]
  expect(superfluousLanes(many, 'm')).toEqual(ids.map(peerId => ({ peerId, isIncoming: false }))) // the lower ids have called us
  expect(superfluousLanes(many, '0')).toEqual(ids.map(peerId => ({ peerId, isIncoming: true })))
})

test('a ban ends after an hour and does not hit who shares the loopback address', () => {
  let now = 0
  const bans = new Bans({ now: () => now })
  bans.ban('evil', '127.0.0.1')
  bans.ban('worse', '192.0.2.7')
  expect([bans.isBanned('evil'), bans.isBanned('127.0.0.1'), bans.isBanned('other', '192.0.2.7')]).toEqual([
    true,
    false,
    true,
  ])
  now = 3_600_001
  expect(bans.isBanned('evil', '192.0.2.7')).toBe(false)
})
