import { expect, test } from 'vitest'
import type { Reading } from '../usage.ts'
import { Tally } from './tally.ts'

const reading = (parent: number, cpuSeconds: number, endedChildrenSeconds = 0, peakBytes = 0): Reading => ({
  parent,
  cpuSeconds,
  endedChildrenSeconds,
  peakBytes,
})

function tallyOf(...pids: readonly number[]): Tally {
  const tally = new Tally()
  for (const pid of pids) tally.add(pid)
  return tally
}

test('a process that has ended counts with its last reading', () => {
  const tally = tallyOf(10)
  tally.read(new Map([[10, reading(1, 2)]]))
  tally.read(new Map())
  expect(tally.usage.cpuSeconds).toBe(2)
  expect(tally.pids).toEqual([])
})

test('an ended child counts once, by its parent, and also when it was never seen', () => {
  const tally = tallyOf(10, 11)
  tally.read(
    new Map([
      [10, reading(1, 2)],
      [11, reading(10, 3)],
    ]),
  )
  expect(tally.usage.cpuSeconds).toBe(5)
  tally.read(new Map([[10, reading(1, 2, 3.5 + 1)]]))
  expect(tally.usage.cpuSeconds).toBe(6.5)
})

test('figures count from the restart', () => {
  const tally = tallyOf(10)
  tally.read(new Map([[10, reading(1, 2, 0, 700)]]))
  tally.restart()
  tally.read(new Map([[10, reading(1, 2.5, 0, 300)]]))
  expect(tally.usage).toEqual({ cpuSeconds: 0.5, peakBytes: 300 })
})
