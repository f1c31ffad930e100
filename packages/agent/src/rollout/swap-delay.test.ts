import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@repocast/errors'
import { HashPool } from '@repocast/files'
import { objectIdOf, parseRepositoryName, type SnapshotRecord } from '@repocast/objects'
import { openStore, type Store } from '@repocast/store'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SwapDelay } from './swap-delay.ts'

const repository = parseRepositoryName('test')
const hashPool = new HashPool({ threads: 1 })
let directory: string
let store: Store
let now: number

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'repocast-delay-'))
  store = await openStore({ directory, logger: silentLogger, hashPool })
  now = 1_000_000
})
afterEach(async () => {
  await store.close()
  rmSync(directory, { recursive: true })
})

function delay(delaySeconds: number, isChannel = false): SwapDelay {
  const policy = { delaySeconds, jitterSeconds: 0, mirror: 'a' }
  return new SwapDelay({ repository, store, policy, isChannel, clock: () => new Date(now) })
}

/** A snapshot that was published at a time, in milliseconds since 1970. */
function published(serial: number, time: number): SnapshotRecord {
  const record: SnapshotRecord = {
    ...{ repository, serial, kind: 'plain', created: new Date(time).toISOString().replace(/\.\d+Z$/, 'Z') },
    root: { id: objectIdOf(Buffer.from(`${serial}`)), size: 1, mode: 0o755, mtime: 1 },
    counts: { files: 0, directories: 0, links: 0 },
    ...{ bytes: 0, packs: [], findings: [] },
  }
  store.snapshots.add(record)
  return record
}

test('what is new waits, what is served, older or the first does not', () => {
  const some = delay(60)
  expect(some.dueOf(published(2, now), undefined)).toBeUndefined()
  expect(some.dueOf(published(2, now), 2)).toBeUndefined()
  expect(some.dueOf(published(2, now), 3)).toBeUndefined()
  expect(some.dueOf(published(2, now), 1)).toEqual(new Date(now + 60_000))
  expect(delay(0).dueOf(published(2, now), 1)).toBeUndefined()
  now += 60_000
  expect(some.dueOf(published(2, now - 60_000), 1)).toBeUndefined()
})

test('snapshots that come faster than the delay are served one after the other', () => {
  const some = delay(100)
  let served = 1
  let newest = 1
  const swaps: number[] = []
  for (let k = 0; k < 100; k += 1) {
    now += 10_000
    if (k % 3 === 0 && k < 60) {
      newest += 1
      published(newest, now)
    }
    const target = store.snapshots.get(repository, newest)
    if (!target || newest === served) continue
    some.forgetOthers(newest, served)
    const ripe = some.ripeBefore(newest, served)
    const isDue = some.dueOf(target, served) === undefined
    some.markReady(newest)
    if (!ripe && !isDue) continue
    served = isDue ? newest : (ripe?.serial ?? served)
    swaps.push(served)
  }
  expect(served).toBe(21)
  expect(swaps).toEqual([...swaps].sort((a, b) => a - b))
  expect(swaps.length).toBeGreaterThan(15)
  expect(some.ready.filter(serial => serial < newest)).toEqual([])
})

test('it is told when the next wait ends, and an accepted snapshot does not wait', () => {
  const some = delay(100)
  const [second, third] = [published(2, now), published(3, now + 50_000)]
  expect(some.nextDue(second, 1)).toEqual(new Date(now + 100_000))
  some.markReady(2)
  now += 50_000
  expect(some.nextDue(third, 1)).toEqual(new Date(now + 50_000))
  store.orders.accept(repository, 3)
  expect(some.dueOf(third, 1)).toBeUndefined()
})

test('with a channel the delay begins when the mirror is told, and neither a restart nor a wrong clock prolongs it', () => {
  const old = published(2, 0)
  const due = new Date(now + 60_000)
  expect(delay(60, true).dueOf(old, 1)).toEqual(due)
  now += 30_000
  expect(delay(60, true).dueOf(old, 1)).toEqual(due)
  now -= 500_000
  expect(delay(60, true).dueOf(old, 1)).toEqual(new Date(now + 60_000))
  expect(delay(60).dueOf(published(3, now + 1e9), 1)).toEqual(new Date(now + 60_000))
})
