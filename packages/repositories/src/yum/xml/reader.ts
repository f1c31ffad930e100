import { SaxesParser } from 'saxes'
import { Malformed } from '../../metadata/malformed.ts'

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
/** Characters that are parsed between two looks at the limits. */
const sliceLength = 64 * 1024

const predefined: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/**
 * Reads an XML document of any length chunk by chunk, in bounded memory. It has to be UTF-8, and may not have a
 * document type declaration: so there are no entities beyond the five predefined ones, and nothing to expand or fetch.
 */
export class XmlReader {
  readonly #handler: XmlHandler
  readonly #parser = new SaxesParser({ position: false, xmlns: false })
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  #depth = 0
  /** Text of the innermost element, undefined when it is not wanted. */
  #text: string | undefined
  #sincePiece = 0

  constructor(handler: XmlHandler) {
    this.#handler = handler
    const parser = this.#parser
    // The own table of saxes inherits from Object, which would make `&constructor;` an entity.
    parser.ENTITIES = Object.assign(Object.create(null), predefined)
    parser.on('error', ({ message }) => this.#fail(message.slice(0, 200)))
    parser.on('doctype', () => this.#fail('it has a document type declaration, which may hide anything'))
    parser.on('xmldecl', ({ encoding }) => {
      if (encoding !== undefined && !/^(utf-?8|us-ascii)$/i.test(encoding)) this.#fail('its encoding is not UTF-8')
    })
    parser.on('opentag', ({ name, attributes }) => this.#open(name, attributes))
    parser.on('closetag', ({ name }) => this.#close(name))
    parser.on('cdata', text => this.#take(text))
    for (const event of ['comment', 'processinginstruction'] as const) parser.on(event, () => this.#endPiece())
  }

  /** Line that is being read, from 1. */
  get line(): number {
    return this.#parser.line
  }

  /** @throws Malformed, and what the handler throws */
  push(chunk: Uint8Array): void {
    this.#write(this.#decode(chunk))
  }

  /** Ends the document. @throws Malformed, and what the handler throws */
  end(): void {
    this.#write(this.#decode())
    this.#parser.close()
  }

  #decode(chunk?: Uint8Array): string {
    try {
      return this.#decoder.decode(chunk, { stream: chunk !== undefined })
    } catch {
      return this.#fail('it is not UTF-8')
    }
  }

  #write(text: string): void {
    for (let at = 0; at < text.length; at += sliceLength) {
      const slice = text.slice(at, at + sliceLength)
      this.#sincePiece += slice.length
      this.#parser.write(slice)
      if (this.#sincePiece > maxPieceLength) this.#fail(`a text or tag is longer than ${maxPieceLength} characters`)
    }
  }

  #open(name: string, attributes: Attributes): void {
    this.#endPiece()
    this.#depth += 1
    if (this.#depth > maxDepth) this.#fail(`elements are nested more than ${maxDepth} deep`)
    for (const key in attributes) this.#assertShort(attributes[key] ?? '')
    this.#want(this.#handler.open(name, attributes, this.#depth))
  }

  #close(name: string): void {
    this.#endPiece()
    const text = this.#text ?? ''
    this.#want(false)
    this.#handler.close(name, text, this.#depth)
    this.#depth -= 1
  }

  /** Text that nobody wants is not even put together by the parser. */
  #want(isWanted: boolean): void {
    if (isWanted) this.#parser.on('text', text => this.#take(text))
    else if (this.#text !== undefined) this.#parser.off('text')
    this.#text = isWanted ? '' : undefined
  }

  #take(text: string): void {
    this.#endPiece()
    if (this.#text === undefined) return
    this.#text += text
    this.#assertShort(this.#text)
  }

  #assertShort(value: string): void {
    if (value.length > maxValueLength) this.#fail(`a value is longer than ${maxValueLength} characters`)
  }

  #endPiece(): void {
    this.#sincePiece = 0
  }

  #fail(message: string): never {
    throw new Malformed(message, this.line)
  }
}
