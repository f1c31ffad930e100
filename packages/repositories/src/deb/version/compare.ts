/**
 * Compares two versions of Debian packages: negative when `a` is older, 0 when they are the same to dpkg, positive
 * when it is newer. Any text is taken, as apt takes what an index says. Source: deb-version(7).
 */
export function compareDebVersions(a: string, b: string): number {
  const [x, y] = [split(a), split(b)]
  return comparePart(x.epoch, y.epoch) || comparePart(x.upstream, y.upstream) || comparePart(x.revision, y.revision)
}

interface Parts {
  readonly epoch: string
  readonly upstream: string
  readonly revision: string
}

function split(version: string): Parts {
  const colon = version.indexOf(':')
  const rest = version.slice(colon + 1)
  const dash = rest.lastIndexOf('-')
  return {
    epoch: colon === -1 ? '' : version.slice(0, colon),
    upstream: dash === -1 ? rest : rest.slice(0, dash),
    revision: dash === -1 ? '' : rest.slice(dash + 1),
  }
}

/** Runs of what is not a digit and runs of digits, in turns. */
function comparePart(a: string, b: string): number {
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a, i)) || (j < b.length && !isDigit(b, j))) {
      const difference = rank(a, i) - rank(b, j)
      if (difference !== 0) return difference
      i += 1
      j += 1
    }
    const [from, to] = [digitsAt(a, i), digitsAt(b, j)]
    const difference = compareDigits(from, to)
    if (difference !== 0) return difference
    i += from.length
    j += to.length
  }
  return 0
}

/** `~` comes before the end, the end before letters, letters before all else. */
function rank(text: string, at: number): number {
  if (at >= text.length || isDigit(text, at)) return 0
  const code = text.charCodeAt(at)
  if (code === 0x7e) return -1
  const isLetter = (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)
  return isLetter ? code : code + 0x10000
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 0x30 && code <= 0x39
}

function digitsAt(text: string, from: number): string {
  let to = from
  while (isDigit(text, to)) to += 1
  return text.slice(from, to)
}

/** By value, however long. */
function compareDigits(a: string, b: string): number {
  const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')]
  if (x.length !== y.length) return x.length - y.length
  return x < y ? -1 : Number(x > y)
}
