import { RepocastError } from '@repocast/errors'
import { hasExactKeys, isCount } from './canonical.ts'
import { parseObjectId } from './id.ts'
import { compareNames, encodeName, whyUnsafeName } from './name.ts'
import type { Segment, Tree, TreeEntry } from './tree.ts'

/*
 * Bytes of a tree object: lines of canonical JSON, each ended by a line feed. The first line is the header;
 * then come either entries, sorted by the bytes of their names, or segments in that order.
 */

const formatVersion = 1
const headerLine = `{"format":"repocast tree","version":${formatVersion}}`

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Longest tree object that is read, in bytes. */
export const maxTreeBytes = 64 * 1024 * 1024

/** The line of an entry or segment, without line feed. Keys stand in canonical order. */
export function encodeTreeLine(item: TreeEntry | Segment): string {
  switch (item.type) {
    case 'f':
    case 'd':
      return `{"id":"${item.id}","mode":${item.mode},"mtime":${item.mtime},"name":${JSON.stringify(item.name)},"size":${item.size},"type":"${item.type}"}`
    case 'l':
      return `{"mtime":${item.mtime},"name":${JSON.stringify(item.name)},"target":${JSON.stringify(item.target)},"type":"l"}`
    case 's':
      return `{"id":"${item.id}","size":${item.size},"type":"s"}`
  }
}

/** The bytes of a tree object that holds `lines`. */
export function encodeTreeLines(lines: readonly string[]): Buffer {
  return Buffer.from(`${[headerLine, ...lines].join('\n')}\n`, 'utf8')
}

/**
 * The tree in `bytes`.
 * @throws RepocastError REPOCAST_TREE_MALFORMED, REPOCAST_FORMAT_TOO_NEW
 */
export function decodeTree(bytes: Uint8Array): Tree {
  if (bytes.length > maxTreeBytes) throw malformed(`it is longer than ${maxTreeBytes} bytes`)
  const lines = decodeText(bytes).split('\n')
  if (lines.pop() !== '') throw malformed('its last line is cut off')
  checkHeader(lines.shift() ?? '')
  const items = lines.map(decodeLine)
  const segments = items.filter(item => item.type === 's')
  if (segments.length > 0) {
    if (segments.length < items.length) throw malformed('it mixes entries and segments')
    return { segments }
  }
  const entries = items.filter(item => item.type !== 's')
  for (let k = 1; k < entries.length; k += 1) {
    const [before, after] = [entries[k - 1], entries[k]]
    if (before && after && compareNames(before.name, after.name) >= 0) {
      throw malformed(`line ${k + 2} is not in the order of names`)
    }
  }
  return { entries }
}

function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw malformed('it is not UTF-8', cause)
  }
}

function checkHeader(line: string): void {
  if (line === headerLine) return
  const version = /^\{"format":"repocast tree","version":(\d{1,9})\}$/.exec(line)?.[1]
  if (version === undefined) throw malformed('its header is not that of a tree')
  throw new RepocastError('REPOCAST_FORMAT_TOO_NEW', {
    message: `a tree object has format version ${version}, this repocast reads version ${formatVersion}`,
    hint: 'update repocast on this host',
  })
}

function decodeLine(line: string, index: number): TreeEntry | Segment {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw malformed(`line ${index + 2} is not JSON`, cause)
  }
  const item = parseItem(value)
  if (item === undefined) throw malformed(`line ${index + 2} is not an entry`)
  // Another spelling of the same entry would be another id for the same tree.
  if (encodeTreeLine(item) !== line) throw malformed(`line ${index + 2} is not canonical`)
  return item
}

function parseItem(value: unknown): TreeEntry | Segment | undefined {
  if (hasExactKeys(value, ['id', 'size', 'type'])) {
    const { id, size, type } = value
    if (type !== 's' || typeof id !== 'string' || !isCount(size)) return undefined
    return { type, size, id: parseObjectId(id) }
  }
  if (hasExactKeys(value, ['mtime', 'name', 'target', 'type'])) {
    const { mtime, name, target, type } = value
    if (type !== 'l' || !isSafeName(name) || typeof target !== 'string' || !isTime(mtime)) return undefined
    return { type, name, mtime, target }
  }
  if (hasExactKeys(value, ['id', 'mode', 'mtime', 'name', 'size', 'type'])) {
    const { id, mode, mtime, name, size, type } = value
    if (type !== 'f' && type !== 'd') return undefined
    if (!isSafeName(name) || !isMode(mode) || !isTime(mtime) || !isCount(size) || typeof id !== 'string')
      return undefined
    return { type, name, mode, mtime, size, id: parseObjectId(id) }
  }
  return undefined
}

function isSafeName(value: unknown): value is string {
  if (typeof value !== 'string') return false
  const why = whyUnsafeName(value)
  if (why !== undefined) throw malformed(`the name ${JSON.stringify(value.slice(0, 300))} is refused: ${why}`)
  return true
}

/** Whether `value` is a mode: permission bits with set-user-ID, set-group-ID and sticky. */
export function isMode(value: unknown): value is number {
  return isCount(value) && value <= 0o7777
}

/** Whether `value` is a time in seconds that every filesystem of today can hold. */
export function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && Math.abs(value as number) < 2 ** 33
}

function malformed(what: string, cause?: unknown): RepocastError {
  return new RepocastError('REPOCAST_TREE_MALFORMED', { message: `a tree object is malformed: ${what}`, cause })
}

/** FNV-1a over the bytes of a name, mixed so that the low bits depend on all of it. */
export function nameHash(name: string): number {
  let hash = 0x811c9dc5
  for (const byte of encodeName(name)) hash = Math.imul(hash ^ byte, 0x01000193)
  hash ^= hash >>> 15
  return Math.imul(hash, 0x2c1b3c6d) >>> 0
}
