import { RepocastError } from '@repocast/errors'
import { minutesOfDay, minutesOfWeek } from './wall-clock.ts'

/** Hours of some days of each week, by clocks on the wall. */
export interface WeeklyWindow {
  /** Days on which it begins; 0 is Monday. */
  readonly days: ReadonlySet<number>
  /** Minute of the day at which it begins. */
  readonly from: number
  /** How long it is, at most a day. It may reach into the next one, and the last day's into Monday. */
  readonly minutes: number
}

const dayNames = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

/** Patterns for schemas. */
export const daysPattern =
  '^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?(, ?(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?)*$'
export const hoursPattern = '^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$'

/**
 * A window in texts such as `mon-fri` or `sat,sun`, and `08:00-18:00` or, over midnight, `22:00-06:00`. Every day, and
 * all day, unless they are said.
 * @throws RepocastError REPOCAST_QUANTITY_MALFORMED
 */
export function parseWeeklyWindow(days = 'mon-sun', hours = '00:00-24:00'): WeeklyWindow {
  if (!new RegExp(daysPattern).test(days)) throw malformed(days, 'days', 'mon-fri or sat,sun')
  if (!new RegExp(hoursPattern).test(hours)) throw malformed(hours, 'hours', '08:00-18:00 or 22:00-06:00')
  const [from = 0, to = 0] = hours.split('-').map(minuteOf)
  const minutes = (to - from + minutesOfDay) % minutesOfDay || minutesOfDay
  return { days: new Set(days.split(',').flatMap(part => daysOf(part.trim()))), from, minutes }
}

/** Whether minute `at` of the week is inside. */
export function isInside({ days, from, minutes }: WeeklyWindow, at: number): boolean {
  const day = Math.floor(at / minutesOfDay)
  const minute = at % minutesOfDay
  if (days.has(day) && minute >= from && minute < from + minutes) return true
  return days.has((day + 6) % 7) && minute + minutesOfDay < from + minutes
}

/** Minutes of the week at which it begins or ends. */
export function edgesOf({ days, from, minutes }: WeeklyWindow): number[] {
  return [...days].flatMap(day => {
    const begin = day * minutesOfDay + from
    return [begin, (begin + minutes) % minutesOfWeek]
  })
}

function daysOf(part: string): number[] {
  const [first = 0, last = first] = part.split('-').map(name => dayNames.indexOf(name))
  return Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, k) => (first + k) % 7)
}

function minuteOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  return hour * 60 + minute
}

function malformed(text: string, what: string, example: string): RepocastError {
  return new RepocastError('REPOCAST_QUANTITY_MALFORMED', {
    message: `${JSON.stringify(text)} are not ${what}`,
    hint: `write ${example}`,
  })
}
