import { expect, test } from 'vitest'
import { groupIndices } from './index-groups.ts'

const groups = (...paths: string[]) => groupIndices(paths.map(path => ({ path, sizeBytes: 0, digests: {} })))

test('the forms of an index are one group, whichever a Release names first', () => {
  const [group, ...more] = groups(
    'main/binary-amd64/Packages.xz',
    'main/binary-amd64/Packages',
    'main/binary-amd64/Packages.gz',
  )
  expect(more).toEqual([])
  expect(group?.stem).toBe('main/binary-amd64/Packages')
  expect([...(group?.forms.keys() ?? [])]).toEqual(['.xz', '', '.gz'])
})

test.each([
  ['main/binary-amd64/Packages.gz', 'packages', 'main', 'amd64'],
  ['non-free/debian-installer/binary-arm64/Packages', 'packages', 'non-free', 'arm64'],
  ['main/source/Sources.xz', 'sources', 'main', 'source'],
  ['Packages', 'packages', '', undefined],
  ['main/binary-amd64/Packages.diff/Index', 'pdiff', 'main', undefined],
  ['main/installer-amd64/current/images/SHA256SUMS', 'installer', '', undefined],
  ['main/Contents-amd64.gz', 'other', '', undefined],
  ['main/binary-amd64/Release', 'other', 'main', 'amd64'],
])('%s is of kind %s', (path, kind, component, architecture) => {
  expect(groups(path)).toMatchObject([{ kind, component, architecture }])
})
