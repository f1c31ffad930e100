import type { Logger } from '@repocast/errors'
import { type Level, pino } from 'pino'

export interface LogOptions {
  readonly level: Level
  /** `text` for people, `json` for machines. */
  readonly form: 'text' | 'json'
}

/** The log of a program, to standard error: standard output belongs to what commands print. */
export function createLogger({ level, form }: LogOptions): Logger {
  const json = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  )
  if (form === 'json') return json
  const write = (text: string) => void process.stderr.write(text)
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write: line => write(asText(line)) })
}

const levels: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info', 40: 'warning', 50: 'error' }

/** `08:15:30 warning the sentence (field=value …)`. */
function asText(line: string): string {
  const { level, time, msg, ...fields } = JSON.parse(line) as Record<string, unknown>
  const rest = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const name = levels[Number(level)] ?? 'info'
  const label = name === 'info' ? '' : `${name}: `
  return `${String(time).slice(11, 19)} ${label}${String(msg)}${rest.length > 0 ? ` (${rest.join(', ')})` : ''}\n`
}
