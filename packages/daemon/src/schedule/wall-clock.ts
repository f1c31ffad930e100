import { RepocastError } from '@repocast/errors'

export const minutesOfDay = 24 * 60
export const minutesOfWeek = 7 * minutesOfDay

/** 1970-01-01 was a Thursday. */
const epochMinuteOfWeek = 3 * minutesOfDay

/** What clocks on the wall show in one time zone, with its summer time. */
export class WallClock {
  /** The zone's IANA name. */
  readonly zone: string
  readonly #format: Intl.DateTimeFormat

  /**
   * @param zone IANA name such as `Europe/Berlin`; that of this host unless it is said
   * @throws RepocastError REPOCAST_TIME_ZONE_UNKNOWN
   */
  constructor(zone?: string) {
    try {
      this.#format = new Intl.DateTimeFormat('en-US', {
        timeZone: zone,
        hourCycle: 'h23',
        ...({ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const),
      })
    } catch (cause) {
      throw new RepocastError('REPOCAST_TIME_ZONE_UNKNOWN', {
        message: `there is no time zone ${JSON.stringify(zone)}`,
        hint: 'write a name such as Europe/Berlin or UTC; `timedatectl list-timezones` lists them',
        cause,
      })
    }
    this.zone = this.#format.resolvedOptions().timeZone
  }

  /** Minutes since Monday 00:00, from 0 to below 10,080, at minute `epochMinute` since 1970-01-01 00:00 UTC. */
  minuteOfWeek(epochMinute: number): number {
    const minute = (epochMinute + this.offset(epochMinute) + epochMinuteOfWeek) % minutesOfWeek
    return (minute + minutesOfWeek) % minutesOfWeek
  }

  /** Minutes by which clocks here are ahead of UTC. */
  offset(epochMinute: number): number {
    const fields: Record<string, number> = {}
    for (const { type, value } of this.#format.formatToParts(epochMinute * 60_000)) fields[type] = Number(value)
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = fields
    return Date.UTC(year, month - 1, day, hour, minute) / 60_000 - epochMinute
  }
}
