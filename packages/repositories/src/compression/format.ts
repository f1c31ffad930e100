import type { Format } from '../check/unpacker.ts'

const endings: readonly (readonly [ending: string, Format])[] = [
  ['.gz', 'gz'],
  ['.xz', 'xz'],
  ['.bz2', 'bz2'],
  ['.zst', 'zst'],
  ['.zck', 'zck'],
]

/** First bytes of each format. Skippable frames may stand before the first of zstd: they begin with 0x50 to 0x5f. */
const magics: readonly (readonly [magic: string, Format])[] = [
  ['1f8b', 'gz'],
  ['fd377a585a00', 'xz'],
  ['425a68', 'bz2'],
  ['28b52ffd', 'zst'],
  ['005a434b31', 'zck'],
]

/** Bytes that tell a format. */
export const magicBytes = 6

/** The compression that the ending of `path` tells. */
export function formatOf(path: string): Format {
  return endings.find(([ending]) => path.endsWith(ending))?.[1] ?? 'none'
}

/** The compression that the first bytes of a file tell; undefined when it is none of ours. */
export function formatOfContent(head: Uint8Array): Format | undefined {
  const hex = Buffer.from(head).toString('hex')
  if (/^5[0-9a-f]2a4d18/.test(hex)) return 'zst'
  return magics.find(([magic]) => hex.startsWith(magic))?.[1]
}
