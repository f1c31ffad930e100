import { Malformed, quote } from '../../metadata/malformed.ts'

/**
 * A paragraph of control data. Names of fields are in lower case. Values are bytes as latin1 text, so that file
 * names of any bytes survive: see `textOf` and `pathOf`. The lines of a value are joined by `\n`, without the white
 * space around each. Values may hold on to the chunk that they were cut from: copy what is kept for long.
 */
export interface Paragraph {
  /** Line of the file on which it begins, from 1. */
  readonly line: number
  readonly fields: ReadonlyMap<string, string>
}

export interface ControlOptions {
  /** Names in lower case of the fields to keep. All are kept when it is left out. */
  readonly wanted?: ReadonlySet<string>
  /** Longest paragraph that is read, in bytes. */
  readonly maxParagraphBytes?: number
}

/** The longest that are known, of packages with thousands of provides, have some 200 KB. */
const defaultMaxParagraphBytes = 4 * 1024 * 1024
/** Different names of fields whose lower-case form is remembered. */
const maxKnownNames = 1000

/** Policy 5.1: printable, no colon, and neither `#` nor `-` in front. */
const fieldName = /^[!"$-,./0-9;-~][!-9;-~]*$/

/**
 * Reads control data (deb822(5)) chunk by chunk, as apt reads it: a line that begins with a space goes on with the
 * value before it even when nothing else is on it, and only an empty line ends a paragraph.
 */
export class ControlParser {
  readonly #wanted: ReadonlySet<string> | undefined
  readonly #maxParagraphBytes: number
  /** From a name as written to its lower-case form, undefined when it is not wanted. */
  readonly #names = new Map<string, string | undefined>()
  #rest = ''
  #line = 0
  #begin = 0
  #bytes = 0
  #fields = new Map<string, string>()
  /** The field that is being read, undefined when it is not wanted. */
  #name: string | undefined
  #value = ''

  constructor({ wanted, maxParagraphBytes = defaultMaxParagraphBytes }: ControlOptions = {}) {
    this.#wanted = wanted
    this.#maxParagraphBytes = maxParagraphBytes
  }

  /** The paragraphs that end in `chunk`. @throws Malformed */
  push(chunk: Uint8Array): Paragraph[] {
    const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1')
    const done: Paragraph[] = []
    let from = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      const line = text.slice(from, end)
      this.#take(this.#rest === '' ? line : this.#rest + line, done)
      this.#rest = ''
      from = end + 1
    }
    this.#rest += text.slice(from)
    this.#assertShort(this.#rest.length)
    return done
  }

  /** The paragraph that the end of the file ends, if there is one. @throws Malformed */
  end(): Paragraph[] {
    const done: Paragraph[] = []
    if (this.#rest !== '') this.#take(this.#rest, done)
    this.#rest = ''
    this.#finish(done)
    return done
  }

  #take(line: string, done: Paragraph[]): void {
    this.#line += 1
    if (line === '' || line === '\r') {
      this.#finish(done)
      return
    }
    this.#bytes += line.length + 1
    this.#assertShort(0)
    const first = line.charCodeAt(0)
    if (first === 0x20 || first === 0x09) this.#continue(line)
    else this.#open(line)
  }

  #continue(line: string): void {
    if (this.#begin === 0) throw new Malformed('a line that goes on with a field has no field before it', this.#line)
    if (this.#name !== undefined) this.#value += `\n${line.trim()}`
  }

  #open(line: string): void {
    this.#close()
    if (this.#begin === 0) this.#begin = this.#line
    const colon = line.indexOf(':')
    if (colon === -1) throw new Malformed(`${quote(line)} is not a field: it has no colon`, this.#line)
    const name = this.#lowered(line.slice(0, colon))
    if (name === undefined) return
    if (this.#fields.has(name)) throw new Malformed(`the field ${quote(name)} is there twice`, this.#line)
    this.#name = name
    this.#value = line.slice(colon + 1).trim()
  }

  #lowered(name: string): string | undefined {
    const known = this.#names.get(name)
    if (known !== undefined || this.#names.has(name)) return known
    if (!fieldName.test(name)) throw new Malformed(`${quote(name)} is not the name of a field`, this.#line)
    const lower = name.toLowerCase()
    const kept = this.#wanted === undefined || this.#wanted.has(lower) ? lower : undefined
    if (this.#names.size < maxKnownNames) this.#names.set(name, kept)
    return kept
  }

  #close(): void {
    if (this.#name !== undefined) this.#fields.set(this.#name, this.#value)
    this.#name = undefined
    this.#value = ''
  }

  #finish(done: Paragraph[]): void {
    this.#close()
    if (this.#begin !== 0) done.push({ line: this.#begin, fields: this.#fields })
    this.#begin = 0
    this.#bytes = 0
    this.#fields = new Map()
  }

  #assertShort(moreBytes: number): void {
    if (this.#bytes + moreBytes <= this.#maxParagraphBytes) return
    throw new Malformed(`a paragraph is longer than ${this.#maxParagraphBytes} bytes`, this.#begin || this.#line + 1)
  }
}

/** The paragraphs of a file that comes in chunks. @throws Malformed, and what `chunks` throws */
export async function* readControl(
  chunks: AsyncIterable<Uint8Array>,
  options?: ControlOptions,
): AsyncGenerator<Paragraph> {
  const parser = new ControlParser(options)
  for await (const chunk of chunks) yield* parser.push(chunk)
  yield* parser.end()
}
