import { expect, test } from 'vitest'
import { FindingTally } from './tally.ts'

const finding = (code: string, severity: 'error' | 'warning' | 'note', path: string) =>
  ({ code, severity, path, message: 'm' }) as const

test('findings are counted by code, the worst first, and a few of each are kept', () => {
  const tally = new FindingTally(2)
  tally.add(finding('YUM_PACKAGE_UNNAMED', 'note', 'a'))
  for (const path of ['a', 'b', 'c']) tally.add(finding('YUM_PACKAGE_MISSING', 'error', path))
  tally.add(finding('YUM_PACKAGE_SIZE', 'error', 'd'))
  expect(tally.groups.map(({ code, count, examples }) => [code, count, examples.map(({ path }) => path)])).toEqual([
    ['YUM_PACKAGE_MISSING', 3, ['a', 'b']],
    ['YUM_PACKAGE_SIZE', 1, ['d']],
    ['YUM_PACKAGE_UNNAMED', 1, ['a']],
  ])
  expect(tally.groups[0]?.rule.hint).toMatch(/createrepo_c/)
})
