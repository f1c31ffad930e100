import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '@repocast/database'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Range, resolutions, TrafficHistory } from './history.ts'

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

test('every resolution tells the same bytes as far as it goes back, and keeps nothing older', () => {
  const directory = mkdtempSync(join(tmpdir(), 'repocast-history-'))
  const migrations = new URL('../../sql/', import.meta.url)
  const database = openDatabase(join(directory, 'mirrors.sqlite'), { applicationId: 1, migrations })
  let series = 0
  try {
    const step = fc.record({ wait: fc.integer({ min: 0, max: 20_000 }), taken: fc.nat(1e9), lagSeconds: fc.nat(1e6) })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), steps => {
        const history = new TrafficHistory(database)
        series += 1
        const name = `mirror ${series}`
        const told: { time: number; taken: number }[] = []
        let now = 1_790_000_000
        for (const { wait, taken, lagSeconds } of steps) {
          now += wait
          history.add(name, { given: 0, taken, fromOrigin: taken, lagSeconds }, now)
          told.push({ time: now, taken })
        }
        for (const range of Object.keys(resolutions) as Range[]) {
          const { seconds, keptSeconds } = resolutions[range]
          const since = Math.floor(now / seconds) * seconds - keptSeconds
          const { times, takenBytes, fromOriginBytes } = history.read(name, range, now)
          expect(sum(takenBytes)).toBe(sum(told.filter(({ time }) => time >= since).map(({ taken }) => taken)))
          expect(fromOriginBytes).toEqual(takenBytes)
          expect(times.every(time => time >= since && time % seconds === 0)).toBe(true)
          const kept = database
            .prepare<[string, number, number], { count: number }>(
              'SELECT count(*) AS count FROM samples WHERE series = ? AND resolution = ? AND start < ?',
            )
            .get(name, seconds, since)
          expect(kept?.count).toBe(0)
        }
        expect(history.totals(name).takenBytes).toBe(sum(told.map(({ taken }) => taken)))
      }),
      { numRuns: 40 },
    )
  } finally {
    database.close()
    rmSync(directory, { recursive: true })
  }
})
