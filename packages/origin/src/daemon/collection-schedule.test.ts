import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ProcessLock } from '@repocast/database'
import { silentLogger } from '@repocast/errors'
import { expect, onTestFinished, test } from 'vitest'
import { OriginLayout } from '../layout.ts'
import { CollectionSchedule } from './collection-schedule.ts'

const hour = 60 * 60 * 1000

function scheduleOf(start: Date) {
  const directory = mkdtempSync(join(tmpdir(), 'repocast-schedule-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const layout = new OriginLayout(directory)
  const world = { now: start, last: undefined as Date | undefined, collections: 0, fails: false, layout }
  const schedule = new CollectionSchedule({
    layout,
    collect: async () => {
      if (world.fails) throw new Error('no')
      world.collections += 1
      world.last = world.now
      return { dryRun: false, snapshots: [], packs: 0, objects: 0, bytes: 0 }
    },
    lastFinished: () => world.last,
    clock: () => world.now,
    logger: silentLogger,
  })
  const lookAfter = async (hours: number): Promise<number> => {
    world.now = new Date(world.now.getTime() + hours * hour)
    schedule.look()
    await schedule.settled()
    return world.collections
  }
  return { world, lookAfter, schedule }
}

test('it collects once a day, whoever made the last collection', async () => {
  const { world, lookAfter } = scheduleOf(new Date('2026-11-21T00:00:00Z'))
  expect(await lookAfter(0)).toBe(1)
  expect(await lookAfter(23)).toBe(1)
  expect(await lookAfter(1)).toBe(2)
  world.last = new Date('2026-11-22T20:00:00Z')
  expect(await lookAfter(24)).toBe(2)
  expect(await lookAfter(20)).toBe(3)
})

test('a collection that was made in the future, by a clock that was wrong, does not stop the next ones', async () => {
  const { world, lookAfter } = scheduleOf(new Date('2026-11-21T00:00:00Z'))
  world.last = new Date('2036-11-21T00:00:00Z')
  expect(await lookAfter(1)).toBe(1)
  expect(await lookAfter(1)).toBe(1)
})

test('a collection that fails is tried again, and one does not wait behind a publish', async () => {
  const { world, lookAfter } = scheduleOf(new Date('2026-11-21T00:00:00Z'))
  world.fails = true
  expect(await lookAfter(0)).toBe(0)
  world.fails = false
  const publishing = new ProcessLock(world.layout.publishLock).tryAcquire()
  expect(await lookAfter(0)).toBe(0)
  publishing?.release()
  expect(await lookAfter(0)).toBe(1)
})
