import type { Algorithm } from '../../metadata/digests.ts'
import { Malformed, quote } from '../../metadata/malformed.ts'
import { textOf } from '../control/fields.ts'
import { type ListedFile, listedFiles } from '../control/listed-file.ts'
import { ControlParser, type Paragraph } from '../control/parser.ts'
import { parseReleaseDate } from './date.ts'

/** The fields by which clients know a suite, and which apt does not let change by itself. */
export const identityFields = ['Origin', 'Label', 'Suite', 'Codename'] as const
export type IdentityField = (typeof identityFields)[number]

/** What a Release or InRelease file says (Debian wiki, DebianRepository/Format). */
export interface Release {
  readonly identity: { readonly [field in IdentityField]?: string }
  /** Seconds since 1970. */
  readonly date: number | undefined
  readonly validUntil: number | undefined
  readonly architectures: readonly string[]
  readonly components: readonly string[]
  readonly acquireByHash: boolean
  /** `No-Support-for-Architecture-all: Packages`: those are in the indices of the other architectures too. */
  readonly allIsInOthers: boolean
  /** By path, relative to the directory of the Release file. */
  readonly files: ReadonlyMap<string, ListedFile>
}

/** Longest Release file that is read, in bytes. Debian's longest has 1.6 MB. */
export const maxReleaseBytes = 32 * 1024 * 1024

const sections: readonly (readonly [field: string, algorithm: Algorithm])[] = [
  ['sha512', 'sha512'],
  ['sha256', 'sha256'],
  ['sha1', 'sha1'],
  ['md5sum', 'md5'],
]

/** @throws Malformed */
export function parseRelease(content: Uint8Array): Release {
  const parser = new ControlParser({ maxParagraphBytes: maxReleaseBytes })
  const paragraphs = [...parser.push(content), ...parser.end()]
  const [paragraph, more] = paragraphs
  if (paragraph === undefined) throw new Malformed('it is empty', 1)
  if (more !== undefined) throw new Malformed('it has more than one paragraph', more.line)
  return {
    identity: identityOf(paragraph),
    date: dateOf(paragraph, 'date'),
    validUntil: dateOf(paragraph, 'valid-until'),
    architectures: wordsOf(paragraph, 'architectures'),
    components: wordsOf(paragraph, 'components'),
    acquireByHash: paragraph.fields.get('acquire-by-hash')?.toLowerCase() === 'yes',
    allIsInOthers: wordsOf(paragraph, 'no-support-for-architecture-all').includes('Packages'),
    files: listedFiles(paragraph, sections),
  }
}

function identityOf({ fields }: Paragraph): Release['identity'] {
  const found = identityFields.flatMap(field => {
    const value = fields.get(field.toLowerCase())
    return value === undefined ? [] : [[field, textOf(value)] as const]
  })
  return Object.fromEntries(found)
}

function dateOf({ fields, line }: Paragraph, name: string): number | undefined {
  const value = fields.get(name)
  if (value === undefined) return undefined
  const seconds = parseReleaseDate(value)
  if (seconds === undefined) throw new Malformed(`${quote(value)} is not a date in UTC`, line)
  return seconds
}

function wordsOf({ fields }: Paragraph, name: string): string[] {
  return (fields.get(name) ?? '').split(/\s+/).filter(word => word !== '')
}
