import { type ErrorKind, isRepocastError } from '@repocast/errors'

/** Exit codes, for scripts; docs/errors.md and `--help` tell them too. */
export const exitCodes = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  configuration: 3,
  input: 4,
  integrity: 5,
  network: 6,
  disk: 7,
  conflict: 8,
  missing: 9,
  interrupted: 130,
} as const

const byKind: Readonly<Record<ErrorKind, number>> = {
  usage: exitCodes.usage,
  configuration: exitCodes.configuration,
  input: exitCodes.input,
  integrity: exitCodes.integrity,
  network: exitCodes.network,
  disk: exitCodes.disk,
  conflict: exitCodes.conflict,
  missing: exitCodes.missing,
  internal: exitCodes.unexpected,
}

export function exitCodeOf(error: unknown): number {
  return isRepocastError(error) ? byKind[error.kind] : exitCodes.unexpected
}

/** For the end of every help text. */
export const exitCodesHelp = `Exit codes: 0 done, 1 unexpected, 2 usage, 3 configuration, 4 tree or input refused,
5 signature or content wrong, 6 network, 7 disk, 8 in use or exists, 9 not there, 130 interrupted.`
