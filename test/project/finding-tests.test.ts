import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rules } from '@repocast/repositories'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
/** Where rules are tested. */
const places = ['packages/repositories/src', 'test/e2e']
/** A row of a table of faults that has none. */
const emptyFault = /\b[A-Z_]+: \(\) => \[\]/g

function codesTested(text: string): string[] {
  return text.replace(emptyFault, '').match(/\b(?:TREE|YUM|DEB)_[A-Z_]+\b/g) ?? []
}

test('each rule has a test with a fault that it finds', async () => {
  const found = new Set<string>()
  for (const place of places) {
    const names = await readdir(join(root, place), { recursive: true })
    for (const name of names.filter(other => other.endsWith('.test.ts')))
      for (const code of codesTested(await readFile(join(root, place, name), 'utf8'))) found.add(code)
  }
  expect(Object.keys(rules).filter(code => !found.has(code))).toEqual([])
})

test('a table row without a fault is no test', () => {
  const [tested, untested] = ["DEB_DATE_BACK: async () => ['DEB_DATE_BACK x'],", 'DEB_SIGNATURE_BAD: () => [],']
  expect(codesTested(`${tested}\n${untested}`)).toEqual(['DEB_DATE_BACK', 'DEB_DATE_BACK'])
})
