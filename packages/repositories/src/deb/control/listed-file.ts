import { type Algorithm, type Digests, digestOf } from '../../metadata/digests.ts'
import { Malformed, quote } from '../../metadata/malformed.ts'
import { pathOf, rows, sizeOf } from './fields.ts'
import type { Paragraph } from './parser.ts'

/** A file as metadata names it: what it has to be. */
export interface ListedFile {
  /** Relative to the directory that the metadata speaks of. */
  readonly path: string
  readonly sizeBytes: number
  readonly digests: Digests
}

/**
 * The files that several fields of a paragraph list, each in rows of `DIGEST SIZE NAME`, as one: by path, with all
 * digests. `directory` is put before each name.
 * @throws Malformed when a row is no such row, or when two rows say different things of one file
 */
export function listedFiles(
  { fields, line }: Paragraph,
  lists: readonly (readonly [field: string, algorithm: Algorithm])[],
  directory = '',
): Map<string, ListedFile> {
  const files = new Map<string, ListedFile>()
  for (const [field, algorithm] of lists) {
    for (const row of rows(fields.get(field) ?? '')) {
      const [hex = '', size = '', name, ...more] = row
      if (name === undefined || more.length > 0) throw new Malformed(`${quote(row.join(' '))} is no file`, line)
      const path = pathOf(directory === '' ? name : `${directory}/${name}`, line)
      const [sizeBytes, digest] = [sizeOf(size, line), digestOf(algorithm, hex, line)]
      const known = files.get(path) ?? { path, sizeBytes, digests: {} }
      if (known.sizeBytes !== sizeBytes) throw new Malformed(`${quote(path)} has two sizes`, line)
      if ((known.digests[algorithm] ?? digest) !== digest) throw new Malformed(`${quote(path)} has two digests`, line)
      files.set(path, { path, sizeBytes, digests: { ...known.digests, [algorithm]: digest } })
    }
  }
  return files
}
