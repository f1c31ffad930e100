import type { CheckContext } from '../../check/context.ts'
import type { Unpacker } from '../../check/unpacker.ts'
import { Malformed } from '../../metadata/malformed.ts'
import { UnsafePath } from '../control/fields.ts'
import { type DebCode, debRules } from '../rules.ts'

/** What the checks of one tree share. */
export class Scope {
  readonly context: CheckContext
  readonly unpacker: Unpacker

  constructor(context: CheckContext, unpacker: Unpacker) {
    this.context = context
    this.unpacker = unpacker
  }

  report(code: DebCode, path: string, message: string): void {
    this.context.report({ code, severity: debRules[code].severity, path, message })
  }

  /** Reports why `path` cannot be read; throws errors of other kinds on. */
  reportMalformed(code: DebCode, path: string, error: unknown): void {
    if (!(error instanceof Malformed)) throw error
    const where = error.line === undefined ? '' : ` (line ${error.line})`
    this.report(error instanceof UnsafePath ? 'DEB_PATH_UNSAFE' : code, path, `${error.message}${where}`)
  }
}
