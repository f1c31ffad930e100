import { Malformed, quote } from '../../metadata/malformed.ts'

/** Sections of an INI file: values by key. */
export type Ini = ReadonlyMap<string, ReadonlyMap<string, string>>

/**
 * Parses an INI file as Python's configparser does for productmd: keys keep their case, `=` or `:` ends a key, `#` and
 * `;` begin a comment, and a line that begins with white space goes on with the value before it. @throws Malformed
 */
export function parseIni(text: string): Ini {
  const sections = new Map<string, Map<string, string>>()
  let section: Map<string, string> | undefined
  let key: string | undefined
  for (const [k, line] of text.split(/\r?\n/).entries()) {
    const trimmed = line.trim()
    if (trimmed === '' || /^[#;]/.test(trimmed)) continue
    if (/^\s/.test(line) && section !== undefined && key !== undefined) {
      section.set(key, `${section.get(key)}\n${trimmed}`)
      continue
    }
    const [, header] = /^\[(.+)\]$/.exec(trimmed) ?? []
    if (header !== undefined) {
      section = sections.get(header) ?? new Map()
      sections.set(header, section)
      key = undefined
      continue
    }
    const end = trimmed.search(/[=:]/)
    if (end < 1) throw new Malformed(`${quote(trimmed)} is neither a section nor a key with a value`, k + 1)
    if (section === undefined) throw new Malformed(`${quote(trimmed)} stands before the first section`, k + 1)
    key = trimmed.slice(0, end).trim()
    section.set(key, trimmed.slice(end + 1).trim())
  }
  return sections
}
