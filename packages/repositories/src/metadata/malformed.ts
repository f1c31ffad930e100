/** A metadata file that is not what its format says. It never leaves this package: rules make a finding of it. */
export class Malformed extends Error {
  override readonly name = 'Malformed'
  /** Line of the file, from 1, where it is known. */
  readonly line: number | undefined

  constructor(message: string, line?: number) {
    super(message)
    this.line = line
  }
}

/** Outside text, short enough for a message. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text)
}
