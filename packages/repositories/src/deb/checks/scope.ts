import type { CheckContext } from '../../check/context.ts'
import type { Unpacker } from '../../check/unpacker.ts'
import { Malformed } from '../../metadata/malformed.ts'
import { UnsafePath } from '../control/fields.ts'
import { type DebCode, debRules } from '../rules.ts'

/** Findings of one code that are told one by one; the others are counted. */
const maxFindings = 1000

/** What the checks of one tree share. */
export class Scope {
  readonly context: CheckContext
  readonly unpacker: Unpacker
  readonly #counts = new Map<DebCode, number>()

  constructor(context: CheckContext, unpacker: Unpacker) {
    this.context = context
    this.unpacker = unpacker
  }

  report(code: DebCode, path: string, message: string): void {
    const count = (this.#counts.get(code) ?? 0) + 1
    this.#counts.set(code, count)
    if (count <= maxFindings) this.#tell(code, path, message)
  }

  /** Reports why `path` cannot be read; throws errors of other kinds on. */
  reportMalformed(code: DebCode, path: string, error: unknown): void {
    if (!(error instanceof Malformed)) throw error
    const where = error.line === undefined ? '' : ` (line ${error.line})`
    this.report(error instanceof UnsafePath ? 'DEB_PATH_UNSAFE' : code, path, `${error.message}${where}`)
  }

  /** Reports how many findings were not told. */
  end(): void {
    for (const [code, count] of this.#counts)
      if (count > maxFindings) this.#tell(code, '', `${count - maxFindings} more findings like those before`)
  }

  #tell(code: DebCode, path: string, message: string): void {
    this.context.report({ code, severity: debRules[code].severity, path, message })
  }
}
