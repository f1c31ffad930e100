const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const form = /^(?:[a-z]{3}, *)?(\d{1,2}) ([a-z]{3}) (\d{4}) (\d{1,2}):(\d{2}):(\d{2}) (?:utc|gmt|z|[+-]0000)$/i

/**
 * Seconds since 1970 of a date of a Release file, which is that of RFC 2822 in UTC: `Sat, 09 Sep 2023 10:01:02 UTC`.
 * Undefined when it is not one; apt takes no other time zone either.
 */
export function parseReleaseDate(text: string): number | undefined {
  const [, day, monthName = '', year, hour, minute, second] = form.exec(text.trim().replace(/\s+/g, ' ')) ?? []
  const month = months.indexOf(monthName.toLowerCase())
  if (month === -1) return undefined
  const numbers = [Number(hour), Number(minute), Number(second)] as const
  if (numbers[0] > 23 || numbers[1] > 59 || numbers[2] > 60) return undefined
  const milliseconds = Date.UTC(Number(year), month, Number(day), ...numbers)
  return new Date(Date.UTC(Number(year), month, Number(day))).getUTCDate() === Number(day)
    ? milliseconds / 1000
    : undefined
}
