import { parseInfoHash } from '@repocast/objects'
import { expect, test } from 'vitest'
import { DhtSchedule } from './schedule.ts'

const pack = (number: number, { isHungry = false, peerCount = 0 } = {}) => ({
  infoHash: parseInfoHash(number.toString(16).padStart(40, '0')),
  isHungry,
  peerCount,
})

/** What begins in each second, as numbers; each search takes `seconds`. */
function run(packs: readonly ReturnType<typeof pack>[], { from = 0, until = 0, seconds = 1, schedule = fresh() } = {}) {
  const begun: { at: number; number: number }[] = []
  const ends: { at: number; infoHash: ReturnType<typeof pack>['infoHash'] }[] = []
  for (let at = from; at < until; at += 1) {
    for (const end of ends) if (end.at === at) schedule.ended(end.infoHash)
    for (const infoHash of schedule.begin(packs, at * 1000)) {
      begun.push({ at, number: Number(`0x${infoHash}`) })
      ends.push({ at: at + seconds, infoHash })
    }
  }
  return begun
}

const fresh = () => new DhtSchedule(() => 0)

test('hundreds of packs that lack nothing are told of one after the other, and again after 25 minutes', () => {
  const packs = Array.from({ length: 300 }, (_, k) => pack(k))
  const begun = run(packs, { until: 2 * 1500 })
  expect(begun).toHaveLength(600)
  expect(begun.slice(0, 300).map(({ at }) => at)).toEqual(packs.map((_, k) => k))
  expect(begun[300]).toEqual({ at: 1500, number: 0 })
  // with searches that take long, too, there is one at a time
  expect(run(packs, { until: 300, seconds: 3 })).toHaveLength(100)
})

test('who lacks something comes before them, four at a time, soon again at first', () => {
  const resting = Array.from({ length: 50 }, (_, k) => pack(100 + k))
  const hungry = Array.from({ length: 6 }, (_, k) => pack(k, { isHungry: true }))
  const begun = run([...resting, ...hungry], { until: 30, seconds: 2 })
  expect(begun.slice(0, 4).map(({ number }) => number)).toEqual([0, 1, 2, 3])
  const times = (number: number) => begun.filter(one => one.number === number).map(({ at }) => at)
  expect([times(0), times(5)]).toEqual([
    [0, 10, 20],
    [2, 12, 22],
  ])
  const alone = run([pack(1, { isHungry: true })], { until: 300 }).map(({ at }) => at)
  expect(alone).toEqual([0, 10, 20, 30, 90, 150, 210, 270])
  expect(run([pack(1, { isHungry: true, peerCount: 2 })], { until: 700 }).map(({ at }) => at)).toEqual([0, 300, 600])
})

test('a search that never ends does not hold up the others for long', () => {
  expect(run([pack(1), pack(2)], { until: 100, seconds: 1e9 }).map(({ at }) => at)).toEqual([0, 60])
})

test('a pack that is gone and comes again is told of again', () => {
  const schedule = fresh()
  run([pack(1)], { until: 10, schedule })
  schedule.forget(pack(1).infoHash)
  expect(run([pack(1)], { from: 10, until: 20, schedule })).toEqual([{ at: 10, number: 1 }])
})
