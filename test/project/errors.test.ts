import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exitCodeOf } from '@repocast/cli/dist/output/exit-codes.js'
import { type ErrorCode, errorCodes, RepocastError } from '@repocast/errors'
import { expect, test } from 'vitest'
import { errorsPage, exitCodeOfKind } from '../../scripts/docs/errors-page.ts'

test('docs/errors.md lists exactly the codes of the register, with their kinds and meanings', async () => {
  const page = await readFile(join(import.meta.dirname, '../../docs/errors.md'), 'utf8')
  expect(page, 'regenerate it: node scripts/docs/errors.ts --write').toBe(errorsPage())
})

test('the exit codes of the page are those that commands end with', () => {
  for (const [code, { kind }] of Object.entries(errorCodes)) {
    expect(exitCodeOf(new RepocastError(code as ErrorCode, { message: 'x' })), code).toBe(exitCodeOfKind(kind))
  }
})
