import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findingsPage } from '../../scripts/docs/findings-page.ts'

test('docs/findings.md explains exactly the codes of the rules', async () => {
  const page = await readFile(join(import.meta.dirname, '../../docs/findings.md'), 'utf8')
  expect(page, 'regenerate it: node scripts/docs/findings.ts --write').toBe(findingsPage())
})
