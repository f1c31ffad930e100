import type { CheckContext } from '../../check/context.ts'
import type { Unpacker } from '../../check/unpacker.ts'
import { type YumCode, yumRules } from '../rules.ts'

/** What the checks of one tree share. */
export class Scope {
  readonly context: CheckContext
  readonly unpacker: Unpacker

  constructor(context: CheckContext, unpacker: Unpacker) {
    this.context = context
    this.unpacker = unpacker
  }

  report(code: YumCode, path: string, message: string): void {
    this.context.report({ code, severity: yumRules[code].severity, path, message })
  }
}
