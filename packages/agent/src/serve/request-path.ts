/** What the path of a request names: something below the top directory of a repository. */
export interface RequestPath {
  readonly repository: string
  /** Raw bytes of each name on the way; none for the top directory. */
  readonly names: readonly Buffer[]
  /** Whether it ends as the address of a directory does. */
  readonly endsWithSlash: boolean
}

/**
 * Takes a request target apart, by bytes, since names need not be UTF-8. `.` and empty segments are passed over, as apt
 * sends them, and `..` goes up, never out of the repository. Undefined when it can name nothing. Pure.
 */
export function parseRequestPath(target: string): RequestPath | undefined {
  const path = target.replace(/[?#].*$/s, '').replace(/^https?:\/\/[^/]*/i, '')
  const [first, repository, ...segments] = path.split('/')
  if (first !== '' || repository === undefined || !/^[a-z0-9][a-z0-9._-]*$/.test(repository)) return undefined
  const names: Buffer[] = []
  for (const segment of segments) {
    const name = decodeSegment(segment)
    if (name === undefined || name.includes(0) || name.includes(slash)) return undefined
    const text = name.toString('latin1')
    if (text === '..' && names.pop() === undefined) return undefined
    if (text !== '' && text !== '.' && text !== '..') names.push(name)
  }
  const last = decodeSegment(segments.at(-1) ?? '?')?.toString('latin1') ?? ''
  return { repository, names, endsWithSlash: ['', '.', '..'].includes(last) }
}

const slash = 0x2f

/** Node gives the bytes of a request line as Latin-1. */
function decodeSegment(text: string): Buffer | undefined {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return undefined
  const plain = text.replace(/%(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
  return Buffer.from(plain, 'latin1')
}

/** A name as a segment of a URL reference, whatever its bytes are. Pure. */
export function encodeSegment(name: Buffer): string {
  return name.toString('latin1').replace(/[^A-Za-z0-9._~+=@,-]/g, character => {
    const code = character.charCodeAt(0)
    return `%${code.toString(16).toUpperCase().padStart(2, '0')}`
  })
}
