import { RepocastError } from '@repocast/errors'
import { decodeName, displayName } from '@repocast/objects'
import { BencodeReader, type Span } from '../bencode/reader.ts'
import { decodePath } from '../pack/path-text.ts'
import { blobPathStart, idBytes, longestPathBytes, mostPathParts, reservedPathStart, treePathStart } from './layout.ts'

const longestPartBytes = 255
const [nul, dot, slash] = [0x00, 0x2e, 0x2f]

/**
 * Holds the bencoded parts of a path against the rules for names, on bytes, since there may be millions.
 * @returns whether it is the path of a tree
 * @throws RepocastError REPOCAST_PACK_UNSAFE_PATH
 */
export function checkPath(bytes: Buffer, path: Span, idStart: number, file: number): boolean {
  const reader = new BencodeReader(bytes, path.start)
  let [length, parts] = [0, 0]
  for (; reader.position < path.end; parts += 1) {
    const start = reader.string()
    const why = whyUnsafePart(bytes, start, reader.position)
    if (why !== undefined) throw unsafe(file, decodeName(bytes.subarray(start, reader.position)), why)
    length += reader.position - start + 1
  }
  if (parts === 0) throw unsafe(file, '', 'it is empty')
  const text = () => decodePath(bytes, path.start, path.end)
  if (parts > mostPathParts) throw unsafe(file, text(), `it has more than ${mostPathParts} parts`)
  if (length > longestPathBytes) throw unsafe(file, text(), `it is longer than ${longestPathBytes} bytes`)
  if (!startsWith(bytes, path, reservedPathStart)) return false
  const isTree = startsWith(bytes, path, treePathStart)
  const expected = `${isTree ? treePathStart : blobPathStart}64:${bytes.toString('hex', idStart, idStart + idBytes)}`
  if (bytes.toString('latin1', path.start, path.end) === expected) return isTree
  throw unsafe(file, text(), 'it is not what repocast puts into its own directory')
}

/** Why the bytes may not be a part of a path: the rule of `whyUnsafeName`, without making a string. */
export function whyUnsafePart(bytes: Buffer, start: number, end: number): string | undefined {
  const length = end - start
  if (length === 0) return 'a part of it is empty'
  if (length > longestPartBytes) return `a part of it is longer than ${longestPartBytes} bytes`
  if (bytes[start] === dot && (length === 1 || (length === 2 && bytes[start + 1] === dot))) return 'it climbs'
  for (let at = start; at < end; at += 1) {
    if (bytes[at] === slash) return 'a part of it contains a slash'
    if (bytes[at] === nul) return 'a part of it contains a NUL'
  }
  return undefined
}

function startsWith(bytes: Buffer, path: Span, start: Buffer): boolean {
  const end = path.start + start.length
  return end <= path.end && bytes.compare(start, 0, start.length, path.start, end) === 0
}

/** The error for the path of file `file` of a .torrent. */
export function unsafe(file: number, path: string, why: string): RepocastError {
  const shown = displayName(path.slice(0, 300))
  return new RepocastError('REPOCAST_PACK_UNSAFE_PATH', {
    message: `the path ${JSON.stringify(shown)} of file ${file} in the .torrent of a pack is refused: ${why}`,
    hint: 'nothing of it was fetched; ask whoever runs the origin',
  })
}
