/** A moment of today as the reader's clock shows it: `14:03:07`. */
export function clockText(milliseconds: number): string {
  return new Date(milliseconds).toLocaleTimeString('en-GB')
}

/** A time (ISO 8601) in UTC to the minute: `2026-11-21 08:02`. */
export function timeText(time: string): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ')
}
