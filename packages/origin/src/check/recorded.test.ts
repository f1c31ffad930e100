import type { FindingGroup } from '@repocast/repositories'
import { expect, test } from 'vitest'
import { CheckFailed } from './check-failed.ts'
import { recordedFindings } from './recorded.ts'

const group = (count: number, kept: number): FindingGroup => ({
  code: 'YUM_PACKAGE_MISSING',
  severity: 'error',
  rule: { severity: 'error', rule: '', source: '', hint: '' },
  count,
  examples: Array.from({ length: kept }, (_, k) => ({
    ...{ code: 'YUM_PACKAGE_MISSING', severity: 'error' },
    ...{ path: `${k}`, message: 'm'.repeat(1000) },
  })),
})

test('a record keeps ten findings of a code, and the last stands for all others', () => {
  const few = recordedFindings([group(3, 3)])
  expect(few.map(({ count }) => count)).toEqual([1, 1, 1])
  const many = recordedFindings([group(5000, 20)])
  expect(many.map(({ path, count }) => [path, count])).toEqual([
    ...Array.from({ length: 9 }, (_, k) => [`${k}`, 1]),
    ['9', 4991],
  ])
  expect(many[0]?.message).toHaveLength(300)
})

test('a refusal names codes, first files and how many more', () => {
  const { message } = new CheckFailed('/srv/x', [group(3, 3)], [group(3, 3), group(1, 1)])
  expect(message).toBe('the check of /srv/x found 4 errors: YUM_PACKAGE_MISSING 0 and 2 more; YUM_PACKAGE_MISSING 0')
})
