import { Malformed } from '../../metadata/malformed.ts'
import { expand, isInstruction, parseTag, type Tag, tagLength } from './markup.ts'

/** What an `XmlReader` tells. The depth of the root element is 1. */
export interface XmlHandler {
  /** An element begins. Tells whether its text is wanted. */
  open(name: string, attributes: Attributes, depth: number): boolean
  /** An element ends; `text` is what stands directly in it, `''` when that was not wanted. */
  close(name: string, text: string, depth: number): void
}

export type Attributes = Readonly<Record<string, string>>

/** Deepest nesting of elements; primary.xml has five. */
const maxDepth = 32
/** Longest text, tag or comment in characters. Some change logs and descriptions of updates have 100,000. */
const maxPieceLength = 4 * 1024 * 1024
/** Longest value of an attribute, and longest text that is wanted: a name, a path or a digest. */
const maxValueLength = 64 * 1024

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/
const notSpace = /[^ \t\r\n]/
const declaration =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.[0-9]+"|'1\.[0-9]+')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"([^"]*)"|'([^']*)'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>$/

/**
 * Reads an XML document (XML 1.0, fifth edition) of any length chunk by chunk, in bounded memory. It has to be UTF-8, and
 * may not have a document type declaration: so there are no entities beyond the five predefined ones, and nothing to
 * expand or fetch. Some ten times as fast as a reader that looks at each character: lists of packages have hundreds of MB.
 */
export class XmlReader {
  readonly #handler: XmlHandler
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  /** Names of the elements that are open. */
  readonly #open: string[] = []
  /** Text of the innermost element, undefined when it is not wanted. */
  #text: string | undefined
  #hasRoot = false
  /** What was not taken yet, from `#at` on. */
  #rest = ''
  #at = 0
  /** Lines that end before `#countedTo` in `#rest`. */
  #lines = 0
  #countedTo = 0
  #isAtStart = true
  /** Length of `#rest` from which on it is worth another look: a long piece is not looked at with each chunk. */
  #enough = 0

  constructor(handler: XmlHandler) {
    this.#handler = handler
  }

  /** Line that is being read, from 1. */
  get line(): number {
    this.#countLines()
    return this.#lines + 1
  }

  #countLines(): void {
    for (let at = this.#rest.indexOf('\n', this.#countedTo); at !== -1 && at < this.#at; ) {
      this.#lines += 1
      at = this.#rest.indexOf('\n', at + 1)
    }
    this.#countedTo = this.#at
  }

  /** @throws Malformed, and what the handler throws */
  push(chunk: Uint8Array): void {
    this.#add(this.#decode(chunk))
    if (this.#rest.length >= this.#enough) this.#take(false)
  }

  /** Ends the document. @throws Malformed, and what the handler throws */
  end(): void {
    this.#add(this.#decode())
    this.#take(true)
    if (this.#open.length > 0) this.#fail(`unclosed tag: ${this.#open.at(-1)}`)
    if (!this.#hasRoot) this.#fail('it has no element')
  }

  #decode(chunk?: Uint8Array): string {
    try {
      return this.#decoder.decode(chunk, { stream: chunk !== undefined })
    } catch {
      return this.#fail('it is not UTF-8')
    }
  }

  #add(text: string): void {
    this.#countLines()
    this.#rest = this.#at === this.#rest.length ? text : this.#rest.slice(this.#at) + text
    this.#at = 0
    this.#countedTo = 0
    if (!forbidden.test(text)) return
    this.#at = this.#rest.search(forbidden)
    this.#fail('it has a character that XML does not allow')
  }

  /** Takes all pieces that are whole; at the end there may be no others. */
  #take(isEnd: boolean): void {
    while (this.#at < this.#rest.length) {
      const length = this.#rest.charCodeAt(this.#at) === 0x3c ? this.#markup() : this.#characters(isEnd)
      if (length === 0) {
        if (isEnd) this.#failAtEnd()
        const length = this.#rest.length - this.#at
        this.#assertPiece(length)
        this.#enough = 2 * length
        return
      }
      this.#isAtStart = false
    }
    this.#enough = 0
  }

  #failAtEnd(): never {
    this.#at = this.#rest.length
    this.#fail('it ends in the middle of a tag, comment or reference')
  }

  /** Takes the text up to the next tag. @returns its length, 0 when more is needed to know */
  #characters(isEnd: boolean): number {
    const next = this.#rest.indexOf('<', this.#at)
    const end = next === -1 ? this.#rest.length : next
    // Text that nobody wants needs no copy, but has to be one that XML allows.
    if (this.#open.length === 0) {
      const text = this.#rest.slice(this.#at, end)
      const at = text.search(notSpace)
      if (at !== -1) {
        this.#at += at
        this.#fail('text stands outside of the root element')
      }
      this.#at = end
      return text.length
    }
    // A reference, `]]>` or a line end may go on in the next chunk.
    if (next === -1 && !isEnd) return 0
    const text = this.#rest.slice(this.#at, end)
    this.#assertPiece(text.length)
    const bad = text.indexOf(']]>')
    if (bad !== -1) {
      this.#at += bad
      this.#fail('"]]>" stands in a text')
    }
    const expanded = text.includes('&') ? this.#expand(text) : text
    if (this.#text !== undefined) this.#addText(withLineEnds(expanded))
    this.#at = end
    return text.length
  }

  #expand(text: string): string {
    const expanded = expand(text)
    if (typeof expanded === 'string') return expanded
    this.#at += expanded.at
    return this.#fail(expanded.why)
  }

  /** Takes what begins with `<`. @returns its length, 0 when more is needed to know */
  #markup(): number {
    const second = this.#rest.charCodeAt(this.#at + 1)
    if (Number.isNaN(second)) return 0
    if (second === 0x2f) return this.#closing()
    if (second === 0x3f) return this.#instruction()
    if (second === 0x21) return this.#special()
    const tag = parseTag(this.#rest, this.#at)
    if (tag !== undefined) return this.#element(tag)
    if (tagLength(this.#rest, this.#at) === 0) return 0
    return this.#fail('a tag is malformed')
  }

  #element({ name, attributes, end, isEmpty, wrong }: Tag): number {
    const length = end - this.#at
    this.#assertPiece(length)
    this.#at = end
    if (wrong !== undefined) this.#fail(wrong)
    if (this.#open.length === 0 && this.#hasRoot) this.#fail('it has more than one root element')
    this.#hasRoot = true
    if (this.#open.length === maxDepth) this.#fail(`elements are nested more than ${maxDepth} deep`)
    for (const key in attributes) this.#assertShort(attributes[key] ?? '')
    this.#open.push(name)
    this.#text = this.#handler.open(name, attributes, this.#open.length) ? '' : undefined
    if (isEmpty) this.#close(name)
    return length
  }

  #closing(): number {
    const end = this.#rest.indexOf('>', this.#at)
    if (end === -1) return 0
    const name = this.#rest.slice(this.#at + 2, end).trimEnd()
    const length = end + 1 - this.#at
    this.#at = end + 1
    if (name !== this.#open.at(-1)) this.#fail(`an end tag ${JSON.stringify(name.slice(0, 100))} has no start tag`)
    this.#close(name)
    return length
  }

  #close(name: string): void {
    const text = this.#text ?? ''
    this.#text = undefined
    this.#handler.close(name, text, this.#open.length)
    this.#open.pop()
  }

  /** A processing instruction, or the XML declaration. */
  #instruction(): number {
    const end = this.#rest.indexOf('?>', this.#at + 2)
    if (end === -1) return 0
    const text = this.#rest.slice(this.#at, end + 2)
    this.#assertPiece(text.length)
    if (/^<\?xml[ \t\r\n?]/i.test(text)) {
      const found = this.#isAtStart ? declaration.exec(text) : null
      if (found === null) this.#fail('its XML declaration is malformed, or does not stand at the start')
      const encoding = found[1] ?? found[2] ?? 'utf-8'
      if (!/^(utf-?8|us-ascii)$/i.test(encoding)) this.#fail('its encoding is not UTF-8')
    } else if (!isInstruction(text)) this.#fail('a processing instruction is malformed')
    this.#at = end + 2
    return text.length
  }

  /** A comment or a CDATA section; a document type declaration is none of ours. */
  #special(): number {
    const start = this.#rest.slice(this.#at, this.#at + 9)
    if (start.startsWith('<!--')) return this.#comment()
    if (start === '<![CDATA[') return this.#cdata()
    if ('<!--'.startsWith(start) || '<![CDATA['.startsWith(start)) return 0
    return this.#fail(
      '<!DOCTYPE'.startsWith(start)
        ? 'it has a document type declaration, which may hide anything'
        : 'a "<!" begins neither a comment nor a CDATA section',
    )
  }

  #comment(): number {
    const dashes = this.#rest.indexOf('--', this.#at + 4)
    if (dashes === -1 || dashes + 2 >= this.#rest.length) return 0
    const length = dashes + 3 - this.#at
    this.#assertPiece(length)
    this.#at += length
    if (this.#rest.charCodeAt(dashes + 2) !== 0x3e) this.#fail('"--" stands in a comment')
    return length
  }

  #cdata(): number {
    if (this.#open.length === 0) this.#fail('text stands outside of the root element')
    const end = this.#rest.indexOf(']]>', this.#at + 9)
    if (end === -1) return 0
    const text = this.#rest.slice(this.#at + 9, end)
    this.#assertPiece(text.length)
    if (this.#text !== undefined) this.#addText(withLineEnds(text))
    this.#at = end + 3
    return text.length + 12
  }

  #addText(text: string): void {
    this.#text += text
    this.#assertShort(this.#text ?? '')
  }

  #assertShort(value: string): void {
    if (value.length > maxValueLength) this.#fail(`a value is longer than ${maxValueLength} characters`)
  }

  #assertPiece(length: number): void {
    if (length > maxPieceLength) this.#fail(`a text or tag is longer than ${maxPieceLength} characters`)
  }

  #fail(message: string): never {
    throw new Malformed(message, this.line)
  }
}

/** Section 2.11. */
function withLineEnds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
}
