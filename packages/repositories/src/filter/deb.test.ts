import { describe, expect, test } from 'vitest'
import { MadeRepository } from '../deb/testing/made-repository.ts'
import { aboutOf } from './deb-index.ts'
import { chosenOf } from './testing/chosen.ts'

function made(): MadeRepository {
  return new MadeRepository({
    byHash: true,
    extras: true,
    suites: [
      {
        name: 'stable',
        packages: [
          { name: 'tool', version: '1.0', architecture: 'amd64' },
          { name: 'tool', version: '1.10', architecture: 'amd64' },
          { name: 'tool', version: '1.9', architecture: 'arm64' },
          { name: 'tool-dbgsym', version: '1.10', architecture: 'amd64' },
          { name: 'doc', version: '1:2', architecture: 'all' },
        ],
        sources: [{ name: 'tool', version: '1.10' }],
      },
      { name: 'testing', packages: [{ name: 'next', version: '2', architecture: 'amd64' }] },
    ],
  })
}

const debs = (paths: Iterable<string>) => [...paths].filter(path => path.endsWith('deb')).sort()

describe('of a deb repository', () => {
  test('an architecture is taken with what is for all, and the indices of others are left out', async () => {
    const { kept, leftOut } = await chosenOf(made().files, 'deb', { architectures: ['amd64'] })
    expect([...kept.keys()].filter(path => /arm64/.test(path))).toEqual([])
    expect(debs(kept.keys())).toContain('pool/main/doc_2_all.deb')
    expect(leftOut.get('dists/stable/main/binary-arm64/Packages.gz')).toBe('architecture')
    expect(leftOut.get('pool/main/tool_1.9_arm64.deb')).toBe('unnamed')
    for (const path of ['Release', 'InRelease', 'main/i18n/Translation-en', 'main/Contents-amd64'])
      expect(kept.has(`dists/stable/${path}`)).toBe(true)
  })

  test('where files of several architectures lie together, by-hash has those that stay', async () => {
    const { kept, leftOut } = await chosenOf(made().files, 'deb', { architectures: ['arm64'] })
    const left = [...leftOut.keys()].filter(path => /main\/by-hash|dep11\/by-hash/.test(path))
    expect(left.length).toBeGreaterThan(0)
    // Translation has no architecture
    expect([...kept.keys()].some(path => path.startsWith('dists/stable/main/i18n/by-hash/'))).toBe(true)
    expect([...kept.keys()].some(path => path.startsWith('dists/stable/main/dep11/by-hash/'))).toBe(false)
  })

  test('suites, by patterns and by the names of links', async () => {
    const files = new Map<string, Uint8Array | { target: string }>(made().files)
    files.set('dists/sid', { target: 'testing' })
    for (const suites of [['testing'], ['sid'], ['test*'], ['nothing', 'sid']]) {
      const { kept } = await chosenOf(files, 'deb', { suites })
      expect(debs(kept.keys())).toEqual(['pool/main/next_2_amd64.deb'])
      expect([...kept.keys()].some(path => path.startsWith('dists/stable/'))).toBe(false)
    }
  })

  test('components', async () => {
    const { kept } = await chosenOf(made().files, 'deb', { components: ['contrib'] })
    expect(debs(kept.keys())).toEqual([])
    expect(kept.has('dists/stable/InRelease')).toBe(true)
    expect((await chosenOf(made().files, 'deb', { components: ['main'] })).leftOut.size).toBe(0)
  })

  test('without sources, and without debug packages', async () => {
    const { leftOut } = await chosenOf(made().files, 'deb', { sources: false, debug: false })
    expect(leftOut.get('pool/main/tool/tool_1.10.dsc')).toBe('unnamed')
    expect(leftOut.get('pool/main/tool-dbgsym_1.10_amd64.deb')).toBe('debug')
    expect(leftOut.get('dists/stable/main/source/Sources')).toBe('source')
    expect(debs(leftOut.keys())).toHaveLength(1)
  })

  test('the newest versions by architecture', async () => {
    const { leftOut } = await chosenOf(made().files, 'deb', { newest: 1 })
    expect([...leftOut]).toEqual([['pool/main/tool_1.0_amd64.deb', 'old']])
  })

  test('patterns; metadata stays where any of its packages does', async () => {
    const { kept } = await chosenOf(made().files, 'deb', { include: ['pool/main/tool*'] })
    expect(debs(kept.keys())).toHaveLength(4)
    expect(kept.has('dists/stable/InRelease')).toBe(true)
    const other = await chosenOf(made().files, 'deb', { include: ['*.txt'] })
    expect(other.kept.size).toBe(0)
    expect(other.read.size).toBe(0)
  })

  test('a file that two suites share stays while one of them needs it', async () => {
    const shared = { name: 'tool', version: '1', architecture: 'amd64' }
    const { files } = new MadeRepository({
      suites: [
        { name: 'a', packages: [shared, { ...shared, version: '2' }] },
        { name: 'b', packages: [shared] },
      ],
    })
    const { leftOut } = await chosenOf(files, 'deb', { newest: 1 })
    expect(leftOut.size).toBe(0)
  })

  test('an index that cannot be read leaves nothing out', async () => {
    const repository = made()
    repository.edit('dists/stable/main/binary-amd64/Packages', text => text.replace('Package:', 'Pakage:'))
    const { leftOut } = await chosenOf(repository.files, 'deb', { architectures: ['amd64'] })
    expect(debs(leftOut.keys())).toEqual([])
  })
})

test.each([
  ['main/binary-amd64/Packages.gz', 'main', 'amd64'],
  ['updates/main/binary-all/Release', 'updates/main', 'all'],
  ['main/debian-installer/binary-arm64/Packages', 'main', 'arm64'],
  ['main/source/Sources.xz', 'main', 'source'],
  ['main/installer-i386/current/images/SHA256SUMS', 'main', 'i386'],
  ['main/Contents-amd64.gz', 'main', 'amd64'],
  ['main/Contents-udeb-armhf.gz', 'main', 'armhf'],
  ['Contents-s390x.gz', undefined, 's390x'],
  ['Contents-amd64.diff/Index', undefined, 'amd64'],
  ['main/Contents-source.gz', 'main', 'source'],
  ['main/dep11/Components-arm64.yml.gz', 'main', 'arm64'],
  ['main/cnf/Commands-amd64.xz', 'main', 'amd64'],
  ['main/i18n/Translation-de.bz2', 'main', undefined],
  ['main/i18n/by-hash/SHA256/0', 'main', undefined],
  ['main/upgrade/notes', 'main', undefined],
  ['InRelease', undefined, undefined],
  ['by-hash/SHA256/0', undefined, undefined],
])('%s is of component %s and architecture %s', (path, component, architecture) => {
  expect(aboutOf(path, new Set(['main']))).toEqual({ component, architecture })
})
