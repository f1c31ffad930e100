import { describe, expect, test } from 'vitest'
import { checkFiles, checkUpdated, codesOf, type Files } from '../check/testing/check-update.ts'
import { MadeRepository } from '../deb/testing/made-repository.ts'
import { type MadeRpm, MadeYumRepository } from '../yum/testing/made-yum-repository.ts'
import type { TreeCode } from './rules.ts'
import { withoutVersion } from './since-last.ts'

const names = ['a', 'b', 'c', 'd', 'e', 'f']
const yum = (rpms: readonly MadeRpm[] = names.map(name => ({ name, version: '1' }))): Map<string, Buffer> =>
  new MadeYumRepository({ repositories: { '': rpms } }).files
const path = (name: string, version = '1'): string => `Packages/${name}/${name}-${version}-1.x86_64.rpm`
const update = async (before: Files, after: Files, shrinkLimit?: number): Promise<string[]> =>
  codesOf(await checkUpdated(before, after, { was: 'yum', shrinkLimit }))
const some = (...kept: string[]): Map<string, Buffer> => yum(kept.map(name => ({ name, version: '1' })))

/** One fault for each rule, and all that is found of it. */
const faults: Record<TreeCode, () => Promise<void>> = {
  TREE_KIND_CHANGED: async () => {
    const after = yum()
    for (const name of [...after.keys()]) if (name.startsWith('repodata/')) after.delete(name)
    expect((await update(yum(), after)).filter(code => !code.startsWith('YUM_'))).toEqual(['TREE_KIND_CHANGED '])
  },
  TREE_SHRUNK: async () => {
    expect(await update(yum(), some('a', 'b', 'c', 'd', 'e'))).toEqual([])
    expect(await update(yum(), some('a', 'b', 'c', 'd'))).toEqual(['TREE_SHRUNK '])
    expect(await update(yum(), some('a', 'b', 'c', 'd'), 0.5)).toEqual([])
    expect(await update(yum(), some('a', 'b', 'c'), 0.5)).toEqual([])
    expect(await update(yum(), some('a', 'b'), 0.5)).toEqual(['TREE_SHRUNK '])
    const [finding] = await checkUpdated(yum(), some('a', 'b', 'c', 'd'), { was: 'yum' })
    expect(finding?.message).toMatch(/^2 of the 6 files of the last snapshot are gone, more than 30 %, such as "Pack/)
  },
  TREE_PACKAGE_REPLACED: async () => {
    const built = names.map(name => ({ name, version: '1', ...(name === 'b' && { build: 'again' }) }))
    expect(await update(yum(), yum(built))).toEqual([`TREE_PACKAGE_REPLACED ${path('b')}`])
  },
  TREE_ROOT_AHEAD: async () => {
    const after = yum([...names, 'g'].map(name => ({ name, version: '1' })))
    after.delete(path('g'))
    expect(await update(yum(), after)).toEqual([
      'TREE_ROOT_AHEAD repodata/repomd.xml',
      `YUM_PACKAGE_MISSING ${path('g')}`,
    ])
  },
  TREE_ROOT_BEHIND: async () => {
    const after = yum()
    after.delete(path('c'))
    expect(await update(yum(), after)).toEqual([
      'TREE_ROOT_BEHIND repodata/repomd.xml',
      `YUM_PACKAGE_MISSING ${path('c')}`,
    ])
  },
  TREE_NAMES_DIFFER_BY_CASE: async () => {
    const files: Map<string, Uint8Array> = yum()
    for (const name of ['doc/README', 'doc/ReadMe', 'doc/other', 'Doc2/x', 'docs/readme', 'docs/Readme'])
      files.set(name, Buffer.from(name))
    expect(codesOf(await checkFiles(files))).toEqual([
      'TREE_NAMES_DIFFER_BY_CASE doc/ReadMe',
      'TREE_NAMES_DIFFER_BY_CASE docs/Readme',
    ])
  },
}

test.each(Object.entries(faults))('%s is found by a fault', async (_, find) => await find())

describe('half an update of a deb tree', () => {
  const deb = (...all: string[]): Map<string, Buffer> =>
    new MadeRepository({
      suites: [
        { name: 'stable', packages: all.map(name => ({ name, version: '1', architecture: 'amd64' })) },
        { name: 'old', packages: [{ name: 'a', version: '1', architecture: 'amd64' }] },
      ],
      byHash: true,
    }).files
  const where = (files: Map<string, Buffer>, start: string): [string, Buffer][] =>
    [...files].filter(([name]) => name.startsWith(start))

  test('new dists with the old pool', async () => {
    const [before, after] = [deb('a', 'b'), deb('a', 'b', 'c')]
    const mixed = new Map([...where(before, 'pool/'), ...where(after, 'dists/')])
    expect(codesOf(await checkUpdated(before, mixed))).toEqual([
      'DEB_PACKAGE_MISSING pool/main/c_1_amd64.deb',
      'TREE_ROOT_AHEAD dists/stable/InRelease',
    ])
  })

  test('old dists with the new pool', async () => {
    const [before, after] = [deb('a', 'b', 'c'), deb('a', 'b')]
    const mixed = new Map([...where(after, 'pool/'), ...where(before, 'dists/')])
    expect(codesOf(await checkUpdated(before, mixed, { shrinkLimit: 1 }))).toEqual([
      'DEB_PACKAGE_MISSING pool/main/c_1_amd64.deb',
      expect.stringMatching(/^TREE_ROOT_BEHIND dists\/.*Release$/),
    ])
  })

  test('a new Release with old indices', async () => {
    const [before, after] = [deb('a', 'b'), deb('a', 'b', 'c')]
    const mixed = new Map([...before, ...where(after, 'pool/')])
    for (const name of ['InRelease', 'Release']) {
      const key = `dists/stable/${name}`
      mixed.set(key, after.get(key) ?? expect.fail())
    }
    const findings = codesOf(await checkUpdated(before, mixed))
    expect(findings).toContain('TREE_ROOT_AHEAD dists/stable/InRelease')
    expect(findings).toContain('DEB_INDEX_SIZE dists/stable/main/binary-amd64/Packages')
  })
})

describe('the shrink guard', () => {
  test('counts no version that another took the place of', async () => {
    const upgraded = names.map(name => ({ name, version: '2' }))
    expect(await update(yum(), yum(upgraded))).toEqual([])
  })

  test.each([
    ['Packages/f/foo-bar-1.2-3.x86_64.rpm', 'Packages/f/foo-bar'],
    ['pool/main/libf/libfoo2/libfoo2_1:2.3-1_amd64.deb', 'pool/main/libf/libfoo2/libfoo2'],
    ['images/v2/install.img', 'images/v2/install.img'],
    ['foo-v1.2.tar.gz', 'foo'],
    ['-1', '-1'],
  ])('%s is a version of %s', (path, name) => expect(withoutVersion(path)).toBe(name))
})

describe('what is checked', () => {
  test('both kinds, where a tree has both', async () => {
    const files = new Map([
      ...new MadeYumRepository({ repositories: { rpm: [{ name: 'a', version: '1' }] } }).files,
      ...new MadeRepository({ suites: [{ name: 's', packages: [{ name: 'a', version: '1', architecture: 'amd64' }] }] })
        .files,
    ])
    expect(codesOf(await checkFiles(files))).toEqual([])
    files.delete('rpm/Packages/a/a-1-1.x86_64.rpm')
    files.delete('pool/main/a_1_amd64.deb')
    expect((await checkFiles(files)).map(({ code }) => code)).toEqual(['DEB_PACKAGE_MISSING', 'YUM_PACKAGE_MISSING'])
  })

  test('of a plain one that not all is gone', async () => {
    const broken = yum()
    broken.delete(path('a'))
    expect(await checkFiles(broken, { kind: 'plain' })).toEqual([])
    const [one, two] = ['README', 'NEWS'].map(name => new Map([[name, Buffer.from(name)]]))
    expect(await checkUpdated(one ?? expect.fail(), two ?? expect.fail(), { was: 'plain' })).toEqual([])
    expect(await checkUpdated(one ?? expect.fail(), new Map(), { was: 'plain' })).toMatchObject([
      { code: 'TREE_SHRUNK', message: 'all files of the last snapshot are gone, such as "README"' },
    ])
    expect(await checkFiles(new Map([['README', Buffer.from('x')]]))).toEqual([])
  })

  test('with how far it is', async () => {
    const seen: string[] = []
    await checkFiles(yum(), { onProgress: ({ files, totalFiles }) => seen.push(`${files}/${totalFiles}`) })
    expect(seen).toHaveLength(9)
    expect(seen.at(-1)).toBe('9/10')
  })
})
