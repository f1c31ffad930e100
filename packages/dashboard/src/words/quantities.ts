const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** Bytes with a binary unit, three digits: `1.25 GiB`. */
export function bytesText(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  const value = bytes / 1024 ** step
  const digits = step === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2
  return `${value.toFixed(digits)} ${units[step]}`
}

/** Bytes per second. */
export function rateText(bytesPerSecond: number): string {
  return `${bytesText(bytesPerSecond)}/s`
}

/** Seconds as people say it, in one unit: `12 s`, `3 min`, `5 h`, `2 days`. */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.floor(seconds))} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3600)} h`
  return `${Math.floor(seconds / 86_400)} days`
}

/** How long ago `time` (ISO 8601) was at `now` (milliseconds). */
export function agoText(time: string, now: number): string {
  return `${durationText((now - Date.parse(time)) / 1000)} ago`
}

/** A whole number in groups of three digits. */
export function countText(count: number): string {
  return count.toLocaleString('en-US')
}

/** `1 mirror`, `2 mirrors`. */
export function amount(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`
}
