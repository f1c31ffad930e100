import { RepocastError } from '@repocast/errors'

const durationUnits: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** Seconds in a text such as `90`, `90s`, `10m`, `48h`, `7d`. @throws RepocastError REPOCAST_QUANTITY_MALFORMED */
export function parseDuration(text: string): number {
  const [, number, unit = 's'] = /^(\d{1,9})(s|m|h|d)?$/.exec(text.trim()) ?? []
  const factor = durationUnits[unit]
  if (number !== undefined && factor !== undefined) return Number(number) * factor
  throw new RepocastError('REPOCAST_QUANTITY_MALFORMED', {
    message: `${JSON.stringify(text)} is not a duration`,
    hint: 'write a whole number and a unit, such as 90s, 10m, 48h or 7d',
  })
}

/** Pattern of durations for schemas. */
export const durationPattern = '^[0-9]{1,9}(s|m|h|d)?$'
