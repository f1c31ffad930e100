import type { Algorithm } from '../../metadata/digests.ts'
import { Malformed } from '../../metadata/malformed.ts'
import { required, textOf } from '../control/fields.ts'
import { type ListedFile, listedFiles } from '../control/listed-file.ts'
import type { Paragraph } from '../control/parser.ts'

/** A paragraph of Sources. */
export interface SourceEntry {
  readonly name: string
  readonly version: string
  /** Their paths are relative to the base of the repository. */
  readonly files: readonly ListedFile[]
}

const lists: readonly (readonly [field: string, algorithm: Algorithm])[] = [
  ['checksums-sha512', 'sha512'],
  ['checksums-sha256', 'sha256'],
  ['checksums-sha1', 'sha1'],
  ['files', 'md5'],
]

/** The fields of Sources that `sourceEntryOf` reads. */
export const sourceFields: ReadonlySet<string> = new Set([
  'package',
  'version',
  'directory',
  ...lists.map(([field]) => field),
])

/** @throws Malformed */
export function sourceEntryOf(paragraph: Paragraph): SourceEntry {
  const files = listedFiles(paragraph, lists, paragraph.fields.get('directory') ?? '')
  if (files.size === 0) throw new Malformed('a source package names no files', paragraph.line)
  return {
    name: textOf(required(paragraph, 'package')),
    version: textOf(required(paragraph, 'version')),
    files: [...files.values()],
  }
}
