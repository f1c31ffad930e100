import { decodeName, whyUnsafeName } from '@repocast/objects'
import { Malformed, quote } from '../../metadata/malformed.ts'
import type { Paragraph } from './parser.ts'

/** The text of a value, for people and for comparing. */
export function textOf(value: string): string {
  return Buffer.from(value, 'latin1').toString('utf8')
}

/** The value of a field that has to be there. @throws Malformed */
export function required({ fields, line }: Paragraph, name: string): string {
  const value = fields.get(name)
  if (value === undefined || value === '') throw new Malformed(`the field ${quote(name)} is missing`, line)
  return value
}

/** The lines of a value that are not empty, in words. */
export function* rows(value: string): Generator<string[]> {
  for (const line of value.split('\n')) if (line !== '') yield line.split(/[ \t]+/)
}

/** @throws Malformed when it is not a number of bytes up to 1 EB */
export function sizeOf(value: string, line?: number): number {
  const bytes = /^[0-9]{1,18}$/.test(value) ? Number(value) : Number.NaN
  if (Number.isSafeInteger(bytes)) return bytes
  throw new Malformed(`${quote(value)} is not a size in bytes`, line)
}

/**
 * The repository path that `value` (bytes as latin1) names, without `.` and doubled slashes.
 * @throws Malformed when it is absolute, climbs, or is no path at all
 */
export function pathOf(value: string, line?: number): string {
  const path = asciiOnly.test(value) ? value : decodeName(Buffer.from(value, 'latin1'))
  if (plainPath.test(path) && path.length < 255) return path
  if (path.startsWith('/')) throw unsafe(value, 'it is absolute', line)
  const names = path.split('/').filter(name => name !== '' && name !== '.')
  if (names.length === 0) throw unsafe(value, 'it names nothing', line)
  if (encodedLength(path) > maxPathBytes) throw unsafe(value, `it is longer than ${maxPathBytes} bytes`, line)
  for (const name of names) {
    const why = whyUnsafeName(name)
    if (why !== undefined) throw unsafe(value, name === '..' ? 'it climbs out of its directory' : why, line)
  }
  return names.join('/')
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
const asciiOnly = /^[\x00-\x7f]*$/
/** What nearly all paths are made of: names that begin with a letter, a digit or `_`. */
const plainPath = /^[A-Za-z0-9_][A-Za-z0-9_.+~%-]*(\/[A-Za-z0-9_][A-Za-z0-9_.+~%-]*)*$/
/** PATH_MAX of Linux. */
const maxPathBytes = 4096

function encodedLength(path: string): number {
  return Buffer.byteLength(path)
}

function unsafe(value: string, why: string, line: number | undefined): Malformed {
  return new UnsafePath(`the path ${quote(textOf(value))} is refused: ${why}`, line)
}

/** A path that leads elsewhere: more than a slip of the pen. */
export class UnsafePath extends Malformed {}
