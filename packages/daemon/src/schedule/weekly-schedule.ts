import { minutesOfWeek, type WallClock } from './wall-clock.ts'
import { edgesOf, isInside, type WeeklyWindow } from './weekly-window.ts'

/** Which of some weekly windows holds when: the first that is open. Pure, but for the rules of the time zone. */
export class WeeklySchedule {
  readonly #windows: readonly WeeklyWindow[]
  readonly #clock: WallClock
  /** Sorted, in minutes of the week. */
  readonly #edges: readonly number[]

  constructor(windows: readonly WeeklyWindow[], clock: WallClock) {
    this.#windows = windows
    this.#clock = clock
    this.#edges = [...new Set(windows.flatMap(edgesOf))].sort((a, b) => a - b)
  }

  /** Index of the window that holds at `time`; -1 when none does. */
  at(time: Date): number {
    return this.#at(epochMinute(time))
  }

  /** When another window begins to hold, or none; undefined when it is always the same. To the minute. */
  nextChange(time: Date): Date | undefined {
    let minute = epochMinute(time)
    const now = this.#at(minute)
    const end = minute + minutesOfWeek + 1
    while (this.#edges.length > 0 && minute <= end) {
      minute = this.#next(minute)
      if (this.#at(minute) !== now) return new Date(minute * 60_000)
    }
    return undefined
  }

  #at(minute: number): number {
    const ofWeek = this.#clock.minuteOfWeek(minute)
    return this.#windows.findIndex(window => isInside(window, ofWeek))
  }

  /** The next minute at which something may change: an edge, or when clocks are put forward or back before that. */
  #next(minute: number): number {
    const ofWeek = this.#clock.minuteOfWeek(minute)
    const edge = this.#edges.find(other => other > ofWeek) ?? (this.#edges[0] ?? 0) + minutesOfWeek
    const next = minute + edge - ofWeek
    const offset = this.#clock.offset(minute)
    if (this.#clock.offset(next) === offset) return next
    let [before, after] = [minute, next]
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2)
      if (this.#clock.offset(middle) === offset) before = middle
      else after = middle
    }
    return after
  }
}

function epochMinute(time: Date): number {
  return Math.floor(time.getTime() / 60_000)
}
