import { describe, expect, test } from 'vitest'
import { MadeYumRepository } from '../yum/testing/made-yum-repository.ts'
import { chosenOf } from './testing/chosen.ts'

const rpms = [
  { name: 'tool', version: '1.0', arch: 'x86_64' },
  { name: 'tool', version: '1.10', arch: 'x86_64' },
  { name: 'tool', version: '0.1', epoch: '1', arch: 'x86_64' },
  { name: 'tool', version: '1.9', arch: 'i686' },
  { name: 'tool-debuginfo', version: '1.10', arch: 'x86_64' },
  { name: 'tool', version: '1.10', arch: 'src' },
  { name: 'doc', version: '2', arch: 'noarch' },
]

const names = (paths: Iterable<string>) =>
  [...paths]
    .filter(path => path.endsWith('.rpm'))
    .map(path => path.replace(/.*\//, ''))
    .sort()

describe('of a yum repository', () => {
  test('an architecture is taken with noarch, and all metadata stays', async () => {
    const { files } = new MadeYumRepository({ repositories: { '': rpms } })
    const { kept, leftOut } = await chosenOf(files, 'yum', { architectures: ['x86_64'], sources: false, debug: false })
    expect(names(kept.keys())).toHaveLength(4)
    expect([...leftOut.values()].sort()).toEqual(['architecture', 'debug', 'source'])
    expect([...kept.keys()].filter(path => path.includes('repodata/'))).toHaveLength(4)
  })

  test('the newest versions, by epoch first', async () => {
    const { files } = new MadeYumRepository({ repositories: { '': rpms } })
    const { leftOut } = await chosenOf(files, 'yum', { newest: 2 })
    expect(names(leftOut.keys())).toEqual(names(files.keys()).filter(name => /^tool-1\.0-.*x86_64/.test(name)))
    expect(leftOut.size).toBe(1)
  })

  test('a repository for other machines is left out as a whole, and another beside it stays', async () => {
    const { files } = new MadeYumRepository({
      treeInfo: true,
      repositories: {
        'os/x86_64': [rpms[0], rpms[6]].flatMap(one => one ?? []),
        'os/aarch64': [
          { name: 'tool', version: '1.0', arch: 'aarch64' },
          { name: 'doc', version: '2', arch: 'noarch' },
        ],
        'os/source': [{ name: 'tool', version: '1', arch: 'src' }],
      },
    })
    const { kept } = await chosenOf(files, 'yum', { architectures: ['x86_64'], sources: false })
    const directories = new Set([...kept.keys()].map(path => path.split('/').slice(0, 2).join('/')))
    expect([...directories]).toEqual(['os/x86_64'])
    expect(kept.has('os/x86_64/.treeinfo')).toBe(true)
  })

  test('patterns: metadata of a repository goes with the last of its packages', async () => {
    const one = [rpms[0]].flatMap(rpm => rpm ?? [])
    const { files } = new MadeYumRepository({ repositories: { '8': one, '9': one } })
    const { kept } = await chosenOf(files, 'yum', { include: ['9/Packages/**'] })
    expect([...kept.keys()].every(path => path.startsWith('9/'))).toBe(true)
    expect([...kept.keys()].some(path => path.startsWith('9/repodata/'))).toBe(true)
    expect((await chosenOf(files, 'yum', { exclude: ['8'] })).kept).toEqual(kept)
  })

  test('packages that no metadata names are left out; delta packages go by their names', async () => {
    const { files } = new MadeYumRepository({ repositories: { '': rpms } })
    files.set('Packages/stray-1-1.x86_64.rpm', Buffer.from('stray'))
    files.set('drpms/tool-1_2.x86_64.drpm', Buffer.from('delta'))
    files.set('drpms/tool-1_2.i686.drpm', Buffer.from('delta'))
    const { leftOut } = await chosenOf(files, 'yum', { architectures: ['x86_64'] })
    expect(leftOut.get('Packages/stray-1-1.x86_64.rpm')).toBe('unnamed')
    expect(leftOut.get('drpms/tool-1_2.i686.drpm')).toBe('architecture')
    expect(leftOut.has('drpms/tool-1_2.x86_64.drpm')).toBe(false)
  })

  test('metadata that cannot be read leaves nothing out', async () => {
    const repository = new MadeYumRepository({ repositories: { '': rpms } })
    repository.edit('', 'primary', text => text.slice(0, -100))
    const { leftOut } = await chosenOf(repository.files, 'yum', { architectures: ['x86_64'] })
    expect([...leftOut.values()].filter(why => why === 'unnamed')).toEqual([])
  })

  test('a tree that is published as plain has paths only', async () => {
    const { files } = new MadeYumRepository({ repositories: { '': rpms } })
    expect((await chosenOf(files, 'plain', { architectures: ['arm64'], sources: false })).leftOut.size).toBe(0)
    expect((await chosenOf(files, 'plain', { exclude: ['*.rpm'] })).leftOut.size).toBe(rpms.length)
  })
})
