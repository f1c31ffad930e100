import type { Algorithm } from '../../metadata/digests.ts'
import { Malformed } from '../../metadata/malformed.ts'
import { type ListedFile, listedFiles } from '../control/listed-file.ts'
import { ControlParser, type Paragraph } from '../control/parser.ts'

/** What the Index of a `.diff` directory says: how to come from earlier states of an index to the newest. */
export interface PdiffIndex {
  /** The index, not compressed, that the patches lead to.. */
  readonly current: ListedFile
  /** Earlier states that a patch begins at, by the name of that patch. */
  readonly history: ReadonlyMap<string, ListedFile>
  /** The patches, not compressed, by name. */
  readonly patches: ReadonlyMap<string, ListedFile>
  /** The patches as they are fetched, by file name in the `.diff` directory. */
  readonly downloads: ReadonlyMap<string, ListedFile>
}

/** Longest Index that is read, in bytes. */
export const maxPdiffIndexBytes = 4 * 1024 * 1024

/** Strongest first. */
const prefixes: readonly (readonly [prefix: string, algorithm: Algorithm])[] = [
  ['sha512', 'sha512'],
  ['sha256', 'sha256'],
  ['sha1', 'sha1'],
]

/** @throws Malformed */
export function parsePdiffIndex(content: Uint8Array): PdiffIndex {
  const parser = new ControlParser({ maxParagraphBytes: maxPdiffIndexBytes })
  const [paragraph, more] = [...parser.push(content), ...parser.end()]
  if (paragraph === undefined) throw new Malformed('it is empty', 1)
  if (more !== undefined) throw new Malformed('it has more than one paragraph', more.line)
  return {
    current: currentOf(paragraph),
    history: filesOf(paragraph, 'history'),
    patches: filesOf(paragraph, 'patches'),
    downloads: filesOf(paragraph, 'download'),
  }
}

function filesOf(paragraph: Paragraph, list: string): Map<string, ListedFile> {
  return listedFiles(
    paragraph,
    prefixes.map(([prefix, algorithm]) => [`${prefix}-${list}`, algorithm] as const),
  )
}

/** `SHA256-Current: DIGEST SIZE`, without a name. */
function currentOf(paragraph: Paragraph): ListedFile {
  const named = new Map(paragraph.fields)
  for (const [prefix] of prefixes) {
    const value = named.get(`${prefix}-current`)
    if (value !== undefined) named.set(`${prefix}-current`, `${value} current`)
  }
  const current = filesOf({ line: paragraph.line, fields: named }, 'current').get('current')
  if (current === undefined) throw new Malformed('it does not say what the patches lead to', paragraph.line)
  return current
}
