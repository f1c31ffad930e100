import { describe, expect, test } from 'vitest'
import { SuiteFinder } from './suite-place.ts'

function find(...paths: string[]): SuiteFinder {
  const finder = new SuiteFinder()
  for (const path of paths) finder.see(path)
  return finder
}

describe('suites', () => {
  test.each([
    [['dists/stable/Release'], [['dists/stable', '', false]]],
    [['debian/dists/stable/updates/InRelease'], [['debian/dists/stable/updates', 'debian', false]]],
    [['dists/a/Release', 'dists/a/InRelease', 'dists/a/Release.gpg'], [['dists/a', '', false]]],
    [['dists/dists/a/Release'], [['dists/dists/a', 'dists', false]]],
    [['Release', 'Packages.gz'], [['', '', true]]],
    [['deb/amd64/InRelease'], [['deb/amd64', 'deb/amd64', true]]],
    [['docs/Release'], []],
    [['dists/a/main/binary-amd64/Release', 'dists/a/main/source/Release'], []],
    [['dists/a/main/by-hash/SHA256/Release', 'dists/a/main/by-hash/SHA256/Packages'], []],
  ])('of %j', (paths, expected) => {
    expect(find(...paths).suites.map(({ directory, base, isFlat }) => [directory, base, isFlat])).toEqual(expected)
  })

  test('know which of their files are there', () => {
    expect(find('dists/a/Release', 'dists/a/Release.gpg').suites).toMatchObject([
      { release: 'dists/a/Release', inRelease: undefined, signature: 'dists/a/Release.gpg' },
    ])
  })
})

test('indices belong to the innermost suite that they lie in', () => {
  const finder = find(
    'dists/a/Release',
    'dists/a/main/binary-amd64/Packages',
    'dists/a/updates/InRelease',
    'dists/a/updates/main/source/Sources.gz',
    'dists/b/main/binary-amd64/Packages.xz',
    'Sources',
  )
  expect(finder.indices).toEqual(
    new Map([
      [undefined, ['Sources', 'dists/b/main/binary-amd64/Packages.xz']],
      ['dists/a', ['dists/a/main/binary-amd64/Packages']],
      ['dists/a/updates', ['dists/a/updates/main/source/Sources.gz']],
    ]),
  )
})
