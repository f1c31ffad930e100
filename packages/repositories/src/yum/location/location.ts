import { decodeName, joinPath, whyUnsafeName } from '@repocast/objects'
import { Malformed, quote } from '../../metadata/malformed.ts'
import type { Attributes } from '../xml/reader.ts'

/** Where metadata says that a file is. */
export interface Location {
  readonly href: string
  /** The `xml:base`, which takes the place of the address of the repository. */
  readonly base: string | undefined
}

/** What a location comes to in a tree. */
export type Place =
  /**
   * `path` takes the href as the name that it is, as dnf does for packages: it escapes it itself. `decoded` is what a
   * server makes of it when a client asks for it as it is: dnf does so for metadata, yum and zypper for all.
   */
  | { readonly kind: 'inside'; readonly path: string; readonly decoded: string }
  | { readonly kind: 'elsewhere'; readonly url: string }
  | { readonly kind: 'refused'; readonly why: string }

const url = /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\//
/** PATH_MAX of Linux. */
const maxPathBytes = 4096

/** The location that an element `location` gives. @throws Malformed */
export function locationOf(attributes: Attributes, line: number): Location {
  const { href, 'xml:base': base } = attributes
  if (href === undefined || href === '') throw new Malformed('a location has no href', line)
  return { href, base: base === '' ? undefined : base }
}

/**
 * Where `location` leads from the repository in `directory` (the one that holds repodata/). dnf takes what has a
 * scheme as an address of its own, and appends all else to the address of the repository, even with a slash in front.
 */
export function placeOf(directory: string, { href, base }: Location): Place {
  if (url.test(href)) return { kind: 'elsewhere', url: href }
  if (base !== undefined) {
    if (url.test(base)) return { kind: 'elsewhere', url: `${base.replace(/\/+$/, '')}/${href}` }
    return { kind: 'refused', why: `its xml:base ${quote(base)} is not an address` }
  }
  const path = walk(directory, href)
  if (typeof path !== 'string') return { kind: 'refused', why: path.why }
  const decoded = href.includes('%') ? walk(directory, withoutEscapes(href)) : path
  return { kind: 'inside', path, decoded: typeof decoded === 'string' ? decoded : path }
}

/** `path` counted from `directory`, both lexical, as a client makes an address of them. */
function walk(directory: string, path: string): string | { readonly why: string } {
  if (plainPath.test(path) && path.length < 255) return joinPath(directory, path)
  const at = directory === '' ? [] : directory.split('/')
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue
    if (name === '..') {
      if (at.pop() === undefined) return { why: 'it leads out of the tree' }
      continue
    }
    const why = whyUnsafeName(name)
    if (why !== undefined) return { why }
    at.push(name)
  }
  const whole = at.join('/')
  return Buffer.byteLength(whole) > maxPathBytes ? { why: `it is longer than ${maxPathBytes} bytes` } : whole
}

/** What nearly all locations are made of: names that begin with a letter, a digit or `_`. */
const plainPath = /^[A-Za-z0-9_][A-Za-z0-9_.+~^-]*(\/[A-Za-z0-9_][A-Za-z0-9_.+~^-]*)*$/

/** Undoes percent escapes (RFC 3986 section 2.1); what is none stays as it is. */
function withoutEscapes(text: string): string {
  const bytes = Buffer.from(text)
  const out = Buffer.alloc(bytes.length)
  let length = 0
  for (let at = 0; at < bytes.length; at += 1, length += 1) {
    const code = bytes[at] === 0x25 ? bytes.toString('latin1', at + 1, at + 3) : ''
    const isEscape = /^[0-9a-fA-F]{2}$/.test(code)
    out[length] = isEscape ? Number.parseInt(code, 16) : (bytes[at] ?? 0)
    if (isEscape) at += 2
  }
  return decodeName(out.subarray(0, length))
}
