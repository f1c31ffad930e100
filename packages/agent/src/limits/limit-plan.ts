import { parseRate, parseWeeklyWindow, WallClock, WeeklySchedule } from '@repocast/daemon'
import type { LimitRates } from '@repocast/swarm'
import type { LimitSchedule } from './configuration.ts'

/** What limits something, as it is configured. */
export interface ConfiguredLimits {
  readonly 'upload-limit'?: string | undefined
  readonly 'download-limit'?: string | undefined
  readonly 'limit-schedule'?: LimitSchedule | undefined
}

/** Limits at one time, in bytes per second; 0 is without limit. */
export interface LimitsNow extends LimitRates {
  /** When others begin to hold; undefined when they never change. */
  readonly until: Date | undefined
}

/** The limits of everything or of one repository, through the week. Pure. */
class WeeklyLimits {
  /** By entry of the schedule. */
  readonly #scheduled: readonly LimitRates[]
  readonly #usual: LimitRates
  readonly #schedule: WeeklySchedule

  constructor(configured: ConfiguredLimits, clock: WallClock) {
    const entries = configured['limit-schedule'] ?? []
    this.#usual = ratesOf(configured, { uploadRate: 0, downloadRate: 0 })
    this.#scheduled = entries.map(entry => ratesOf(entry, this.#usual))
    this.#schedule = new WeeklySchedule(
      entries.map(({ days, hours }) => parseWeeklyWindow(days, hours)),
      clock,
    )
  }

  at(time: Date): LimitsNow {
    const rates = this.#scheduled[this.#schedule.at(time)] ?? this.#usual
    return { ...rates, until: this.#schedule.nextChange(time) }
  }
}

/** All limits of an agent, through the week. */
export class LimitPlan {
  readonly #total: WeeklyLimits
  readonly #repositories: ReadonlyMap<string, WeeklyLimits>

  /**
   * @param repositories those with limits of their own, by name
   * @throws RepocastError REPOCAST_TIME_ZONE_UNKNOWN, REPOCAST_QUANTITY_MALFORMED
   */
  constructor(total: ConfiguredLimits, repositories: ReadonlyMap<string, ConfiguredLimits>, timeZone?: string) {
    const clock = new WallClock(timeZone)
    this.#total = new WeeklyLimits(total, clock)
    this.#repositories = new Map([...repositories].map(([name, limits]) => [name, new WeeklyLimits(limits, clock)]))
  }

  at(time: Date): { readonly total: LimitsNow; readonly repositories: ReadonlyMap<string, LimitsNow> } {
    const repositories = new Map([...this.#repositories].map(([name, limits]) => [name, limits.at(time)]))
    return { total: this.#total.at(time), repositories }
  }
}

/** What is not said is as `usual`. */
function ratesOf(
  { 'upload-limit': upload, 'download-limit': download }: ConfiguredLimits,
  usual: LimitRates,
): LimitRates {
  const rate = (text: string) => (text === 'unlimited' ? 0 : parseRate(text))
  return {
    uploadRate: upload === undefined ? usual.uploadRate : rate(upload),
    downloadRate: download === undefined ? usual.downloadRate : rate(download),
  }
}
