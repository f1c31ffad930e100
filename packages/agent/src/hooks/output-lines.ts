import { StringDecoder } from 'node:string_decoder'

/** Longest line that is kept, in characters; the rest of it is dropped. */
const maxLineLength = 1000

/** Splits what a program prints into lines, and never remembers more than one of them. Pure but for its buffer. */
export class OutputLines {
  readonly #decoder = new StringDecoder('utf8')
  #line = ''

  /** Takes the next bytes in; gives the lines that they complete, without those that are empty. */
  take(bytes: Buffer): string[] {
    return this.#split(this.#decoder.write(bytes))
  }

  /** What came behind the end of the last line. */
  end(): string[] {
    return this.#split(`${this.#decoder.end()}\n`)
  }

  #split(text: string): string[] {
    const lines = (this.#line + text).split('\n')
    this.#line = (lines.pop() ?? '').slice(0, maxLineLength)
    return lines.map(line => line.slice(0, maxLineLength).trimEnd()).filter(line => line !== '')
  }
}
