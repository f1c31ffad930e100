import { RepocastError } from '@repocast/errors'

/*
 * Names on Linux are bytes. Inside repocast a name is a string in which each byte that is not part of valid
 * UTF-8 stands as the lone surrogate U+DC00 + byte (PEP 383, "surrogateescape"), so that the bytes survive
 * every way through strings and JSON. SQLite cannot hold lone surrogates: store `encodeName` as a BLOB there.
 */

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The string for the bytes of a name or path. */
export function decodeName(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    return decodeWithEscapes(bytes)
  }
}

function decodeWithEscapes(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at)
    if (length === 0) {
      text += String.fromCharCode(0xdc00 + (bytes[at] ?? 0))
      at += 1
    } else {
      text += utf8.decode(bytes.subarray(at, at + length))
      at += length
    }
  }
  return text
}

/** Length in bytes of the valid UTF-8 sequence at `at`, 0 when there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0
  const length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0
  if (length === 0 || at + length > bytes.length) return 0
  try {
    utf8.decode(bytes.subarray(at, at + length))
    return length
  } catch {
    return 0
  }
}

const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

/** The bytes of a name or path, as the kernel wants them. The inverse of `decodeName`. */
export function encodeName(name: string): Buffer {
  if (!loneSurrogate.test(name)) return Buffer.from(name, 'utf8')
  const parts: Buffer[] = []
  for (const character of name) {
    const code = character.codePointAt(0) ?? 0
    parts.push(code >= 0xdc80 && code <= 0xdcff ? Buffer.from([code - 0xdc00]) : Buffer.from(character, 'utf8'))
  }
  return Buffer.concat(parts)
}

const surrogate = /[\ud800-\udfff]/

/** Order of names by their bytes, the order of entries in a tree. */
export function compareNames(a: string, b: string): number {
  if (a === b) return 0
  // without surrogates UTF-16 has the order of UTF-8
  if (!surrogate.test(a) && !surrogate.test(b)) return a < b ? -1 : 1
  return Buffer.compare(encodeName(a), encodeName(b))
}

/** Longest name that Linux filesystems take, in bytes. */
const longestNameBytes = 255

/**
 * Why `name` may not be an entry of a tree, undefined when it may. The same rule holds when publishing and
 * when reading what others published.
 */
export function whyUnsafeName(name: string): string | undefined {
  if (name === '') return 'it is empty'
  if (name === '.' || name === '..') return 'it means a directory'
  if (name.includes('/')) return 'it contains a slash'
  if (name.includes('\0')) return 'it contains a NUL'
  const isPlain = !surrogate.test(name)
  if (isPlain && name.length * 3 <= longestNameBytes) return undefined
  const bytes = encodeName(name)
  if (bytes.length > longestNameBytes) return `it is longer than ${longestNameBytes} bytes`
  if (isPlain) return undefined
  // Only escapes that `decodeName` makes may occur: anything else would not survive the way to disk and back.
  if (decodeName(bytes) !== name) return 'it is not a reversible form of bytes'
  return undefined
}

/** @throws RepocastError REPOCAST_NAME_UNSAFE */
export function assertSafeName(name: string, where: string): void {
  const why = whyUnsafeName(name)
  if (why === undefined) return
  throw new RepocastError('REPOCAST_NAME_UNSAFE', {
    message: `the name ${JSON.stringify(name.slice(0, 300))} in ${where} is refused: ${why}`,
    hint: 'rename it, or leave it out of the published tree',
  })
}

/**
 * Why the target of a symbolic link may not be published, undefined when it may. `directoryPath` is the
 * repository path of the directory that holds the link ('' is the top). The rule is lexical, and it forbids
 * `..` behind a name, because `name` may be a link itself: so no chain of links can lead out.
 */
export function whyUnsafeLink(directoryPath: string, target: string): string | undefined {
  if (target === '') return 'its target is empty'
  if (target.includes('\0')) return 'its target contains a NUL'
  if (encodeName(target).length > 4095) return 'its target is longer than 4095 bytes'
  if (decodeName(encodeName(target)) !== target) return 'its target is not a reversible form of bytes'
  if (target.startsWith('/')) return 'its target is absolute'
  let depth = directoryPath === '' ? 0 : directoryPath.split('/').length
  let descended = false
  for (const part of target.split('/')) {
    if (part === '..') {
      if (descended) return 'its target climbs by `..` behind a name'
      depth -= 1
    } else if (part !== '' && part !== '.') descended = true
    if (depth < 0) return 'its target is outside of the repository'
  }
  return undefined
}

/** Repository paths in messages and output: escapes made readable, control characters made visible. */
export function displayName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return name.replace(/[\u0000-\u001f\u007f]|[\udc80-\udcff](?<![\ud800-\udbff].)/g, character => {
    const code = character.charCodeAt(0)
    return `\\x${(code >= 0xdc80 ? code - 0xdc00 : code).toString(16).padStart(2, '0')}`
  })
}

/** Path of `name` in the directory `directoryPath` ('' is the top). */
export function joinPath(directoryPath: string, name: string): string {
  return directoryPath === '' ? name : `${directoryPath}/${name}`
}

/** Path of the directory that `path` lies in ('' is the top). */
export function directoryOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}
