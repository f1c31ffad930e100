/** Bytes `first` to `last`, both included. */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

/** Who asks for more ranges than this is given everything. */
const mostRanges = 64

/**
 * The ranges that a Range header asks for of `size` bytes (RFC 9110, section 14.1.2), in its order: undefined when there
 * is no header, or one that may be ignored; `unsatisfiable` when nothing of it is there. Never more bytes than `size`. Pure.
 */
export function parseByteRanges(
  header: string | undefined,
  size: number,
): readonly ByteRange[] | undefined | 'unsatisfiable' {
  const specs = /^bytes=([\d\s,-]+)$/i
    .exec(header ?? '')?.[1]
    ?.split(',')
    .map(spec => spec.trim())
  if (specs === undefined || specs.length > mostRanges) return undefined
  const ranges: ByteRange[] = []
  for (const spec of specs.filter(text => text !== '')) {
    const range = parseOne(spec, size)
    if (range === undefined) return undefined
    if (range !== 'unsatisfiable') ranges.push(range)
  }
  if (ranges.length === 0) return 'unsatisfiable'
  const bytes = ranges.reduce((sum, { first, last }) => sum + last + 1 - first, 0)
  return bytes > size ? undefined : ranges
}

/** The same for those who answer one range only: a list of them is ignored. Pure. */
export function parseByteRange(header: string | undefined, size: number): ByteRange | undefined | 'unsatisfiable' {
  const ranges = parseByteRanges(header, size)
  if (ranges === undefined || ranges === 'unsatisfiable') return ranges
  return ranges.length === 1 ? ranges[0] : undefined
}

function parseOne(spec: string, size: number): ByteRange | undefined | 'unsatisfiable' {
  const [, from = '', to = ''] = /^(\d{0,15})-(\d{0,15})$/.exec(spec) ?? []
  if (from === '' && to === '') return undefined
  if (from === '') {
    const length = Math.min(Number(to), size)
    return length === 0 ? 'unsatisfiable' : { first: size - length, last: size - 1 }
  }
  const first = Number(from)
  const last = to === '' ? size - 1 : Math.min(Number(to), size - 1)
  if (to !== '' && Number(to) < first) return undefined
  return first >= size ? 'unsatisfiable' : { first, last }
}
