import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { WallClock } from './wall-clock.ts'
import { WeeklySchedule } from './weekly-schedule.ts'
import { isInside, parseWeeklyWindow } from './weekly-window.ts'

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const twoDigits = (number: number) => String(number).padStart(2, '0')
const time = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
const windowText = fc
  .record({ first: fc.constantFrom(...days), last: fc.constantFrom(...days), from: time, to: time })
  .map(({ first, last, from, to }) => ({
    days: `${first}-${last}`,
    hours: [from, to].map(part => part.map(twoDigits).join(':')).join('-'),
  }))

/** Zones that put their clocks forward and back, at the equator, by half an hour, over a day, and two that do not. */
const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Casablanca', 'Asia/Kathmandu', 'UTC']
const clocks = new Map(zones.map(zone => [zone, new WallClock(zone)]))

/** Near to changes of the clocks, and anywhere. */
const moments = fc.oneof(
  ...['2026-03-29T01:00Z', '2026-10-25T01:00Z', '2026-11-01T06:00Z', '2026-03-08T07:00Z', '2026-04-04T15:00Z'].map(
    change => fc.integer({ min: -2 * 1440, max: 1440 }).map(minutes => Date.parse(change) + minutes * 60_000),
  ),
  fc.integer({ min: Date.parse('2025-01-01'), max: Date.parse('2035-01-01') }),
)

/** What a person would do: look at the weekday and the clock on the wall. */
function isOpenByTheWall(text: { days: string; hours: string }, at: number, zone: string): boolean {
  const wall = (moment: number) => {
    const options = { timeZone: zone, hourCycle: 'h23', weekday: 'short', hour: '2-digit', minute: '2-digit' } as const
    const [weekday = '', clock = ''] = new Intl.DateTimeFormat('en-GB', options).format(moment).split(/,? /)
    return { day: days.indexOf(weekday.toLowerCase()), clock }
  }
  const [first = '', last = ''] = text.days.split('-')
  const [from = '', to = ''] = text.hours.split('-')
  const isDay = (day: number) =>
    (day - days.indexOf(first) + 7) % 7 <= (days.indexOf(last) - days.indexOf(first) + 7) % 7
  const { day, clock } = wall(at)
  if (from < to) return isDay(day) && clock >= from && clock < to
  return (isDay(day) && clock >= from) || (isDay((day + 6) % 7) && clock < to)
}

test('a window is open when the clock on the wall says so, over midnight, the end of the week and changes of the clocks', () => {
  fc.assert(
    fc.property(windowText, moments, fc.constantFrom(...zones), (text, at, zone) => {
      const clock = clocks.get(zone) ?? new WallClock(zone)
      const window = parseWeeklyWindow(text.days, text.hours)
      const isOpen = isInside(window, clock.minuteOfWeek(Math.floor(at / 60_000)))
      expect(isOpen).toBe(isOpenByTheWall(text, at, zone))
    }),
    { numRuns: 2000 },
  )
})

test('nothing changes before the next change, and then something does', () => {
  const windows = fc.array(windowText, { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(windows, moments, fc.constantFrom(...zones), (texts, at, zone) => {
      const clock = clocks.get(zone) ?? new WallClock(zone)
      const schedule = new WeeklySchedule(
        texts.map(text => parseWeeklyWindow(text.days, text.hours)),
        clock,
      )
      const now = schedule.at(new Date(at))
      const next = schedule.nextChange(new Date(at))
      const end = next?.getTime() ?? at + 8 * 86_400_000
      expect(end).toBeGreaterThan(at)
      for (let minute = Math.floor(at / 60_000); minute * 60_000 < end; minute += 7)
        expect(schedule.at(new Date(minute * 60_000))).toBe(now)
      if (next === undefined) return
      expect(schedule.at(new Date(end - 60_000))).toBe(now)
      expect(schedule.at(next)).not.toBe(now)
    }),
    { numRuns: 60 },
  )
})

describe('a schedule', () => {
  const berlin = new WallClock('Europe/Berlin')
  const of = (...texts: [string, string][]) =>
    new WeeklySchedule(
      texts.map(([on, hours]) => parseWeeklyWindow(on, hours)),
      berlin,
    )

  test('takes the first window that is open', () => {
    const schedule = of(['mon-fri', '08:00-18:00'], ['mon-sun', '00:00-24:00'])
    expect(schedule.at(new Date('2026-11-20T09:00:00Z'))).toBe(0) // a Friday
    expect(schedule.at(new Date('2026-11-21T09:00:00Z'))).toBe(1)
    expect(schedule.nextChange(new Date('2026-11-20T09:00:00Z'))).toEqual(new Date('2026-11-20T17:00:00Z'))
    expect(schedule.nextChange(new Date('2026-11-20T18:00:00Z'))).toEqual(new Date('2026-11-23T07:00:00Z'))
  })

  test('of one night goes from Sunday to Monday', () => {
    const schedule = of(['sun', '22:00-06:00'])
    expect(schedule.at(new Date('2026-11-23T04:59:00Z'))).toBe(0)
    expect(schedule.at(new Date('2026-11-23T05:00:00Z'))).toBe(-1)
    expect(schedule.at(new Date('2026-11-24T04:00:00Z'))).toBe(-1)
  })

  test('has a night of seven or nine hours when clocks change', () => {
    const schedule = of(['mon-sun', '22:00-06:00'])
    const hours = (evening: string) => {
      const begin = new Date(evening)
      expect(schedule.at(begin)).toBe(0)
      return ((schedule.nextChange(begin)?.getTime() ?? 0) - begin.getTime()) / 3_600_000
    }
    expect([hours('2026-03-28T21:00:00Z'), hours('2026-10-24T20:00:00Z'), hours('2026-11-20T21:00:00Z')]).toEqual([
      7, 9, 8,
    ])
  })

  test('of all days and hours never changes', () => {
    expect(of(['mon-sun', '00:00-24:00']).nextChange(new Date())).toBeUndefined()
    expect(of().nextChange(new Date())).toBeUndefined()
  })
})

test.each(['Mars/Olympus', ''])('there is no zone %j', zone => {
  expect(() => new WallClock(zone)).toThrow('no time zone')
})

test.each([
  ['monday', undefined],
  ['mon-', undefined],
  [undefined, '8-18'],
  [undefined, '08:00-25:00'],
])('%j and %j are no window', (on, hours) => {
  expect(() => parseWeeklyWindow(on, hours)).toThrow()
})
