import { describeError, isRepocastError } from '@repocast/errors'
import type { Screen } from './live-view.ts'

/** Where a command writes: results to `out`, all else to `error`. */
export interface Terminal {
  readonly isJson: boolean
  /** Whether progress may be drawn over itself. */
  readonly isInteractive: boolean
  /** What results are written to, when that is a terminal and can be drawn on. */
  readonly screen: Screen | undefined
  /** One line for people; nothing with --json. */
  line(text: string): void
  /** One value; printed as one line of JSON with --json, else nothing. */
  value(value: unknown): void
  error(error: unknown, verbose: boolean): void
}

export function createTerminal(isJson: boolean, out: NodeJS.WriteStream, error: NodeJS.WriteStream): Terminal {
  return {
    isJson,
    isInteractive: !isJson && error.isTTY === true,
    screen: !isJson && out.isTTY ? out : undefined,
    line: text => void (isJson || out.write(`${text}\n`)),
    value: value => void (isJson && out.write(`${JSON.stringify(value)}\n`)),
    error: (failure, verbose) => void error.write(isJson ? errorJson(failure) : errorText(failure, verbose)),
  }
}

function errorJson(error: unknown): string {
  const known = isRepocastError(error)
  const code = known ? error.code : 'REPOCAST_INTERNAL'
  const hint = known ? error.hint : undefined
  return `${JSON.stringify({ error: { code, message: describeError(error), hint } })}\n`
}

function errorText(error: unknown, verbose: boolean): string {
  if (!isRepocastError(error)) {
    const text = error instanceof Error && error.stack ? error.stack : String(error)
    return `error: repocast failed unexpectedly\n${text}\n`
  }
  const lines = [`error: ${error.message}`]
  if (error.hint !== undefined) lines.push(`hint:  ${error.hint}`)
  lines.push(`code:  ${error.code}`)
  if (verbose) lines.push(error.stack ?? '', describeError(error.cause))
  return `${lines.join('\n')}\n`
}
