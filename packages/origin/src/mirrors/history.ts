import type { History, TrafficTotals } from '@repocast/api'
import type { Database } from '@repocast/database'

/** What moved, in bytes, and how far somebody was behind. */
export interface Movement {
  readonly given: number
  readonly taken: number
  /** Of what was taken. */
  readonly fromOrigin: number
  readonly lagSeconds: number
}

/** How fine history is, and for how long; all in seconds. What is older is forgotten. */
export const resolutions = {
  hours: { seconds: 60, keptSeconds: 6 * 3600 },
  days: { seconds: 900, keptSeconds: 7 * 86_400 },
  year: { seconds: 6 * 3600, keptSeconds: 366 * 86_400 },
} as const
export type Range = keyof typeof resolutions

/** All mirrors together. */
export const allMirrors = 'all'
/** What the origin gave. */
export const theOrigin = 'origin'

interface Sample {
  readonly start: number
  readonly given: number
  readonly taken: number
  readonly from_origin: number
  readonly lag_seconds: number
}

/** What was moved over time, by whom: a series for each mirror, one for all, and one for the origin. */
export class TrafficHistory {
  readonly #statements
  /** Where the newest sample of each series and resolution starts. */
  readonly #newest = new Map<string, number>()

  /** Works on the tables of `database`, within the transactions of whoever has it. */
  constructor(database: Database) {
    this.#statements = {
      add: database.prepare<[string, number, number, number, number, number, number]>(
        `INSERT INTO samples VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
          given = given + excluded.given, taken = taken + excluded.taken,
          from_origin = from_origin + excluded.from_origin, lag_seconds = max(lag_seconds, excluded.lag_seconds)`,
      ),
      addTotal: database.prepare<[string, number, number, number]>(
        `INSERT INTO totals VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET
          given = given + excluded.given, taken = taken + excluded.taken, from_origin = from_origin + excluded.from_origin`,
      ),
      trim: database.prepare<[string, number, number]>(
        'DELETE FROM samples WHERE series = ? AND resolution = ? AND start < ?',
      ),
      forget: database.prepare<[string]>('DELETE FROM samples WHERE series = ?'),
      forgetTotal: database.prepare<[string]>('DELETE FROM totals WHERE series = ?'),
      read: database.prepare<[string, number, number], Sample>(
        `SELECT start, given, taken, from_origin, lag_seconds FROM samples
          WHERE series = ? AND resolution = ? AND start >= ? ORDER BY start`,
      ),
      total: database.prepare<[string], Pick<Sample, 'given' | 'taken' | 'from_origin'>>(
        'SELECT given, taken, from_origin FROM totals WHERE series = ?',
      ),
    }
  }

  /** Adds what moved until `now` (seconds since 1970). */
  add(series: string, { given, taken, fromOrigin, lagSeconds }: Movement, now: number): void {
    for (const { seconds, keptSeconds } of Object.values(resolutions)) {
      const start = startOf(now, seconds)
      this.#statements.add.run(series, seconds, start, given, taken, fromOrigin, lagSeconds)
      const key = `${series} ${seconds}`
      if (this.#newest.get(key) === start) continue
      this.#newest.set(key, start)
      this.#statements.trim.run(series, seconds, start - keptSeconds)
    }
    this.#statements.addTotal.run(series, given, taken, fromOrigin)
  }

  /** What moved in the range until `now` (seconds since 1970). Times without a sample, when nobody told, are left out. */
  read(series: string, range: Range, now: number): History {
    const { seconds, keptSeconds } = resolutions[range]
    const samples = this.#statements.read.all(series, seconds, startOf(now, seconds) - keptSeconds)
    return {
      resolutionSeconds: seconds,
      times: samples.map(one => one.start),
      givenBytes: samples.map(one => one.given),
      takenBytes: samples.map(one => one.taken),
      fromOriginBytes: samples.map(one => one.from_origin),
      lagSeconds: samples.map(one => one.lag_seconds),
    }
  }

  /** Since the series began. */
  totals(series: string): TrafficTotals {
    const row = this.#statements.total.get(series)
    return { givenBytes: row?.given ?? 0, takenBytes: row?.taken ?? 0, fromOriginBytes: row?.from_origin ?? 0 }
  }

  forget(series: string): void {
    this.#statements.forget.run(series)
    this.#statements.forgetTotal.run(series)
    for (const { seconds } of Object.values(resolutions)) this.#newest.delete(`${series} ${seconds}`)
  }
}

function startOf(now: number, seconds: number): number {
  return Math.floor(now / seconds) * seconds
}
