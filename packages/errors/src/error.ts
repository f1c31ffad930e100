import { type ErrorCode, type ErrorKind, errorCodes } from './codes.ts'

export interface ErrorDetails {
  /** What happened and where, in one sentence without a final period. */
  readonly message: string
  /** What the reader can do about it. */
  readonly hint?: string | undefined
  readonly cause?: unknown
}

/** Every error that leaves a package: a stable code, what happened, what to do, and the cause. */
export class RepocastError extends Error {
  override readonly name = 'RepocastError'
  readonly code: ErrorCode
  readonly hint: string | undefined

  constructor(code: ErrorCode, { message, hint, cause }: ErrorDetails) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.hint = hint
  }

  get kind(): ErrorKind {
    return errorCodes[this.code].kind
  }
}

/** Whether `error` is a RepocastError with one of `codes` (with any code when none is given). */
export function isRepocastError(error: unknown, ...codes: ErrorCode[]): error is RepocastError {
  return error instanceof RepocastError && (codes.length === 0 || codes.includes(error.code))
}

/** The code of a system error such as `ENOENT`, undefined for anything else. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** One line with the message of an error and of its causes, outermost first; what an outer one tells already is left out. */
export function describeError(error: unknown): string {
  const lines: string[] = []
  let e = error
  for (let depth = 0; e !== undefined && depth < 5; depth += 1) {
    const line = e instanceof Error ? e.message : String(e)
    if (!lines.some(outer => outer.includes(line))) lines.push(line)
    e = e instanceof Error ? e.cause : undefined
  }
  return lines.join(': ')
}
