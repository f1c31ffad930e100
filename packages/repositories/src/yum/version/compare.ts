/** Epoch, version and release of an rpm. An epoch that is not there is the same as `0`. */
export interface RpmVersion {
  readonly epoch: string
  readonly version: string
  readonly release: string
}

/** A run of digits, a run of letters, or one of the marks that order; all else only separates (rpm-version(7)). */
const tokens = /[0-9]+|[a-zA-Z]+|[~^]/g

/**
 * Orders two versions, or two releases, as rpm does: negative when `a` is older, 0 when they are the same for rpm,
 * positive when it is newer. Source: rpm-version(7), and `rpmvercmp` in rpmio/rpmvercmp.c.
 */
export function compareRpmParts(a: string, b: string): number {
  if (a === b) return 0
  const left = a.match(tokens) ?? []
  const right = b.match(tokens) ?? []
  for (let k = 0; k < left.length || k < right.length; k += 1) {
    const order = compareTokens(left[k], right[k])
    if (order !== 0) return order
  }
  return 0
}

/** Orders two packages of one name by epoch, version and release. */
export function compareRpmVersions(a: RpmVersion, b: RpmVersion): number {
  return (
    compareRpmParts(a.epoch || '0', b.epoch || '0') ||
    compareRpmParts(a.version, b.version) ||
    compareRpmParts(a.release, b.release)
  )
}

/** `epoch:version-release`, without an epoch of 0, as dnf prints it. */
export function formatRpmVersion({ epoch, version, release }: RpmVersion): string {
  const whole = release === '' ? version : `${version}-${release}`
  return epoch === '' || epoch === '0' ? whole : `${epoch}:${whole}`
}

/** The inverse of `formatRpmVersion`: a colon ends an epoch, the last hyphen begins the release. */
export function parseRpmVersion(text: string): RpmVersion {
  const [, epoch = '', version = '', release = ''] = /^(?:([0-9]*):)?(.*?)(?:-([^-]*))?$/s.exec(text) ?? []
  return { epoch: epoch === '' ? '0' : epoch, version, release }
}

/** `undefined` is the end: `~` comes before it, `^` behind it but before anything else. */
function compareTokens(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0
  if (a === '~' || b === '~') return a === '~' ? -1 : 1
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1
  if (a === '^' || b === '^') return a === '^' ? -1 : 1
  const [aIsNumber, bIsNumber] = [isNumber(a), isNumber(b)]
  if (aIsNumber !== bIsNumber) return aIsNumber ? 1 : -1
  return aIsNumber ? compareNumbers(a, b) : a < b ? -1 : 1
}

function isNumber(token: string): boolean {
  return token.charCodeAt(0) <= 0x39
}

/** Numbers of any length. */
function compareNumbers(a: string, b: string): number {
  const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')]
  if (left.length !== right.length) return left.length - right.length
  return left === right ? 0 : left < right ? -1 : 1
}
