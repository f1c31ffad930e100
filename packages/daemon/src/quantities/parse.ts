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

const prefixes: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9 }

/**
 * Bytes per second in a text such as `50Mbit/s`, `2.5MB/s`, `800kB/s`; prefixes are decimal, as those of lines are.
 * @throws RepocastError REPOCAST_QUANTITY_MALFORMED
 */
export function parseRate(text: string): number {
  const [, number, prefix = '', unit] = /^(\d{1,9}(?:\.\d{1,3})?)(k|M|G)?(bit|B)\/s$/.exec(text.trim()) ?? []
  const factor = prefixes[prefix]
  const bytesPerSecond = (Number(number) * (factor ?? Number.NaN)) / (unit === 'bit' ? 8 : 1)
  if (bytesPerSecond >= 1000) return bytesPerSecond
  throw new RepocastError('REPOCAST_QUANTITY_MALFORMED', {
    message: `${JSON.stringify(text)} is not a rate of at least 1kB/s`,
    hint: 'write a number and a unit, such as 50Mbit/s or 2.5MB/s',
  })
}

/** Pattern of rates for schemas. */
export const ratePattern = '^[0-9]{1,9}([.][0-9]{1,3})?(k|M|G)?(bit|B)/s$'

const byteUnits: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 }

/** A share from 0 to 1 in a text such as `2%`. @throws RepocastError REPOCAST_QUANTITY_MALFORMED */
export function parseShare(text: string): number {
  const [, number] = /^(\d{1,3}(?:\.\d{1,3})?)%$/.exec(text.trim()) ?? []
  if (number !== undefined && Number(number) <= 100) return Number(number) / 100
  throw new RepocastError('REPOCAST_QUANTITY_MALFORMED', {
    message: `${JSON.stringify(text)} is not a share`,
    hint: 'write a number from 0 to 100 and %, such as 2%',
  })
}

/** Pattern of shares for schemas. */
export const sharePattern = '^(100|[0-9]{1,2}([.][0-9]{1,3})?)%$'

/** Bytes in a text such as `5GB` or `800kB`; decimal. @throws RepocastError REPOCAST_QUANTITY_MALFORMED */
export function parseBytes(text: string): number {
  const [, number, unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)(B|kB|MB|GB|TB)$/.exec(text.trim()) ?? []
  const factor = byteUnits[unit]
  if (number !== undefined && factor !== undefined) return Math.round(Number(number) * factor)
  throw new RepocastError('REPOCAST_QUANTITY_MALFORMED', {
    message: `${JSON.stringify(text)} is not a number of bytes`,
    hint: 'write a number and a unit, such as 5GB',
  })
}

/** Pattern of numbers of bytes for schemas. */
export const bytesPattern = '^[0-9]{1,9}([.][0-9]{1,3})?(B|kB|MB|GB|TB)$'
