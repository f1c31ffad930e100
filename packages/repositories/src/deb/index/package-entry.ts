import { type Algorithm, digestOf } from '../../metadata/digests.ts'
import { pathOf, required, sizeOf, textOf } from '../control/fields.ts'
import type { ListedFile } from '../control/listed-file.ts'
import type { Paragraph } from '../control/parser.ts'

/** A paragraph of Packages. */
export interface PackageEntry {
  readonly name: string
  readonly version: string
  readonly architecture: string
  /** Its path is relative to the base of the repository. */
  readonly file: ListedFile
}

const digestFields: readonly (readonly [string, Algorithm])[] = [
  ['sha512', 'sha512'],
  ['sha256', 'sha256'],
  ['sha1', 'sha1'],
  ['md5sum', 'md5'],
]

/** The fields of Packages that `packageEntryOf` reads. */
export const packageFields: ReadonlySet<string> = new Set([
  'package',
  'version',
  'architecture',
  'filename',
  'size',
  ...digestFields.map(([field]) => field),
])

/** @throws Malformed */
export function packageEntryOf(paragraph: Paragraph): PackageEntry {
  const { line, fields } = paragraph
  const digests: { [algorithm in Algorithm]?: string } = {}
  for (const [field, algorithm] of digestFields) {
    const value = fields.get(field)
    if (value !== undefined) digests[algorithm] = digestOf(algorithm, value, line)
  }
  return {
    name: textOf(required(paragraph, 'package')),
    version: textOf(required(paragraph, 'version')),
    architecture: textOf(required(paragraph, 'architecture')),
    file: {
      path: pathOf(required(paragraph, 'filename'), line),
      sizeBytes: sizeOf(required(paragraph, 'size'), line),
      digests,
    },
  }
}
