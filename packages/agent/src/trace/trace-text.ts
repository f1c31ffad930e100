/** What a trace file tells. */
export interface TraceContent {
  /** When the mirror began to serve it. */
  readonly date: Date
  /** When it began to fetch it. */
  readonly started: Date
  readonly program: string
  readonly host: string
  /** Name of the host that the mirror follows. */
  readonly upstream: string
  readonly serial: number
  readonly architectures: readonly string[]
  /** `Archive serial` of the origin's own trace file, when it has one. */
  readonly archiveSerial: string | undefined
  /** What the admin adds, such as Maintainer. */
  readonly fields: Readonly<Record<string, string>>
}

/**
 * A trace file as ftpsync writes it, which checkers of Debian mirrors read: a line as `date -u` prints it in the C locale,
 * then fields. `Revision` names what a mirror does right that old scripts did not. Pure.
 */
export function traceText({ date, started, program, host, upstream, serial, ...more }: TraceContent): string {
  const fields: readonly (readonly [string, string | undefined])[] = [
    ['Date', rfc822(date)],
    ['Date-Started', rfc822(started)],
    ['Archive serial', more.archiveSerial],
    ['Used repocast version', program],
    ['Creator', `repocast ${program}`],
    ['Running on host', host],
    ...Object.entries(more.fields),
    ['Architectures', more.architectures.join(' ') || undefined],
    ['Upstream-mirror', upstream],
    ['Snapshot serial', String(serial)],
    ['Revision', 'i18n InRelease'],
  ]
  const lines = fields.flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${value}`]))
  return [asDatePrints(date), ...lines, ''].join('\n')
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** As `date -u` in the C locale: `Sat Nov 21 10:58:51 UTC 2026`. */
function asDatePrints(date: Date): string {
  const day = String(date.getUTCDate()).padStart(2)
  const time = date.toISOString().slice(11, 19)
  return `${days[date.getUTCDay()]} ${months[date.getUTCMonth()]} ${day} ${time} UTC ${date.getUTCFullYear()}`
}

/** As `date -u -R`: `Sat, 21 Nov 2026 10:58:51 +0000`. */
function rfc822(date: Date): string {
  return date.toUTCString().replace('GMT', '+0000')
}
