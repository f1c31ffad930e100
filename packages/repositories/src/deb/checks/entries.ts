import { isBroken, strongest } from '../../metadata/digests.ts'
import { Malformed, quote } from '../../metadata/malformed.ts'
import { textOf, UnsafePath } from '../control/fields.ts'
import type { ListedFile } from '../control/listed-file.ts'
import { type Paragraph, readControl } from '../control/parser.ts'
import { packageEntryOf, packageFields } from '../index/package-entry.ts'
import { sourceEntryOf, sourceFields } from '../index/source-entry.ts'
import type { Base } from './base.ts'
import { Examples } from './examples.ts'
import type { FileCodes, Pool } from './pool.ts'
import type { Scope } from './scope.ts'

/** An index that is being read. */
export interface IndexText {
  /** Repository path of the form that is read. */
  readonly path: string
  readonly chunks: AsyncIterable<Uint8Array>
}

const packageCodes: FileCodes = {
  missing: 'DEB_PACKAGE_MISSING',
  size: 'DEB_PACKAGE_SIZE',
  checksum: 'DEB_PACKAGE_CHECKSUM',
}
const sourceCodes: FileCodes = {
  missing: 'DEB_SOURCE_FILE_MISSING',
  size: 'DEB_SOURCE_FILE_SIZE',
  checksum: 'DEB_SOURCE_FILE_CHECKSUM',
}

/** Checks all that a Packages names. @returns whether all of it is known @throws Malformed */
export async function checkPackages(scope: Scope, pool: Pool, base: Base, index: IndexText): Promise<boolean> {
  const entries = new Entries(scope, index.path)
  for await (const paragraph of readControl(index.chunks, { wanted: packageFields })) {
    scope.context.signal?.throwIfAborted()
    const entry = entries.parse(paragraph, packageEntryOf)
    if (entry === undefined) continue
    const { name, version, architecture, file } = entry
    entries.see(file)
    const path = base.pathOf(file.path)
    const isNew = await pool.check(path, file, index.path, packageCodes)
    if (isNew && pool.isDuplicate(`${base.repository}\0${name}\0${version}\0${architecture}`, file)) {
      const message = `another package ${name} ${version} ${architecture} has other contents, ${index.path} names this one`
      scope.report('DEB_DUPLICATE_PACKAGE', path, message)
    }
  }
  return entries.end()
}

/** Checks all files that a Sources names. @returns whether all of them are known @throws Malformed */
export async function checkSources(scope: Scope, pool: Pool, base: Base, index: IndexText): Promise<boolean> {
  const entries = new Entries(scope, index.path)
  for await (const paragraph of readControl(index.chunks, { wanted: sourceFields })) {
    scope.context.signal?.throwIfAborted()
    for (const file of entries.parse(paragraph, sourceEntryOf)?.files ?? []) {
      entries.see(file)
      await pool.check(base.pathOf(file.path), file, index.path, sourceCodes)
    }
  }
  return entries.end()
}

/** What is told once of all the entries of an index. */
class Entries {
  readonly #scope: Scope
  readonly #path: string
  readonly #malformed = new Map<'DEB_INDEX_MALFORMED' | 'DEB_PATH_UNSAFE', { count: number; first: string }>()
  readonly #weak = new Examples()

  constructor(scope: Scope, path: string) {
    this.#scope = scope
    this.#path = path
  }

  /** The entry in `paragraph`; undefined when it is malformed, which is kept in mind. */
  parse<T>(paragraph: Paragraph, parse: (paragraph: Paragraph) => T): T | undefined {
    try {
      return parse(paragraph)
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      const code = error instanceof UnsafePath ? 'DEB_PATH_UNSAFE' : 'DEB_INDEX_MALFORMED'
      const name = quote(textOf(paragraph.fields.get('package') ?? ''))
      const first = `${name} (line ${error.line ?? paragraph.line}): ${error.message}`
      const known = this.#malformed.get(code) ?? { count: 0, first }
      this.#malformed.set(code, { ...known, count: known.count + 1 })
      return undefined
    }
  }

  see({ path, digests }: ListedFile): void {
    const best = strongest(digests)
    if (best === undefined || isBroken(best.algorithm)) this.#weak.add(path)
  }

  /** @returns whether all entries could be read */
  end(): boolean {
    for (const [code, { count, first }] of this.#malformed)
      this.#scope.report(code, this.#path, `${count} of its entries cannot be read, the first is ${first}`)
    if (this.#weak.count > 0)
      this.#scope.report(
        'DEB_WEAK_CHECKSUM',
        this.#path,
        `it has no digest, or only one that can be forged, of ${this.#weak}`,
      )
    return this.#malformed.size === 0
  }
}
