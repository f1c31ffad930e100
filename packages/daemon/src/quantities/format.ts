const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** Bytes with a binary unit, three digits. */
export function formatBytes(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(byteUnits.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${step === 0 ? Math.round(bytes) : (bytes / 1024 ** step).toPrecision(3)} ${byteUnits[step]}`
}

/** Seconds as people say it: `12 s`, `3 min 20 s`, `5 h 10 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

/** So many things, as `1 file` or `1,234 files`. */
export function countOf(count: number, noun: string, nouns = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : nouns}`
}

/** A whole number with thin groups of three digits. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US')
}
