import { errorCodes, RepocastError } from '@repocast/errors'
import { expect, test } from 'vitest'
import { exitCodeOf, exitCodes, exitCodesHelp } from './exit-codes.ts'

test('every error has an exit code that the help tells', () => {
  for (const code of Object.keys(errorCodes) as (keyof typeof errorCodes)[]) {
    const exitCode = exitCodeOf(new RepocastError(code, { message: 'x' }))
    expect(Object.values(exitCodes)).toContain(exitCode)
    expect(exitCodesHelp).toMatch(new RegExp(`\\b${exitCode} \\w`))
  }
  expect(exitCodeOf(new Error('x'))).toBe(1)
})
