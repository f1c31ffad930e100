import { expect, test } from 'vitest'
import { MemoryTree } from '../check/memory-tree.ts'
import { unpacker } from '../compression/unpacker.ts'
import { MadeRepository } from '../deb/testing/made-repository.ts'
import { MadeYumRepository } from '../yum/testing/made-yum-repository.ts'
import { diffPackages, type PackageChange } from './difference.ts'
import { packageFamilies } from './package-families.ts'

type Files = ReadonlyMap<string, Uint8Array>

/** The changes as people read them. */
async function diff(kind: 'yum' | 'deb', before: Files, after: Files): Promise<string[]> {
  const { lists, compareVersions } = packageFamilies[kind]
  const listsOf = (files: Files) => lists(new MemoryTree(files), unpacker)
  const told: string[] = []
  for await (const change of diffPackages(listsOf(before), listsOf(after), compareVersions)) told.push(text(change))
  return told
}

function text({ change, place, name, architecture, from, to }: PackageChange): string {
  return `${change} ${place} ${name}.${architecture} ${[from, to].filter(one => one !== undefined).join(' -> ')}`
}

const yum = (repositories: Record<string, [name: string, version: string, arch?: string][]>): Files =>
  new MadeYumRepository({
    repositories: Object.fromEntries(
      Object.entries(repositories).map(([directory, rpms]) => [
        directory,
        rpms.map(([name, version, arch = 'x86_64']) => ({ name, version, arch })),
      ]),
    ),
  }).files

const deb = (packages: [name: string, version: string, architecture: string][], suite = 'stable'): Files =>
  new MadeRepository({
    suites: [
      { name: suite, packages: packages.map(([name, version, architecture]) => ({ name, version, architecture })) },
    ],
    architectures: ['amd64', 'arm64'],
    compressions: ['.gz'],
  }).files

test('rpms: what came, went, and moved to which version, by repository and architecture', async () => {
  const before = yum({
    os: [
      ['a', '1.9'],
      ['b', '2'],
      ['c', '1'],
      ['c', '1', 'i686'],
    ],
    extras: [['x', '1']],
  })
  const after = yum({
    os: [
      ['a', '1.10'],
      ['b', '2~rc'],
      ['c', '1'],
      ['d', '1', 'noarch'],
    ],
    more: [['y', '1']],
  })
  expect(await diff('yum', before, after)).toEqual([
    'removed extras x.x86_64 1-1',
    'added more y.x86_64 1-1',
    'upgraded os a.x86_64 1.9-1 -> 1.10-1',
    'downgraded os b.x86_64 2-1 -> 2~rc-1',
    'removed os c.i686 1-1',
    'added os d.noarch 1-1',
  ])
})

test('debs: one for all architectures is told once, though the lists of each have it', async () => {
  const before = deb([
    ['a', '1.0-1', 'amd64'],
    ['doc', '1', 'all'],
  ])
  const after = deb([
    ['a', '1:0.9', 'amd64'],
    ['a', '1:0.9', 'arm64'],
    ['doc', '2', 'all'],
  ])
  expect(await diff('deb', before, after)).toEqual([
    'upgraded dists/stable/main a.amd64 1.0-1 -> 1:0.9',
    'upgraded dists/stable/main doc.all 1 -> 2',
    'added dists/stable/main a.arm64 1:0.9',
  ])
})

test('of several versions the newest are held against each other, the others come and go', async () => {
  type Rpm = [name: string, version: string]
  const a: Rpm = ['a', '1']
  const b: Rpm = ['a', '2']
  const c: Rpm = ['a', '3']
  const moves = async (before: Rpm[], after: Rpm[]) => await diff('yum', yum({ os: before }), yum({ os: after }))
  expect(await moves([a, b], [b, c])).toEqual(['upgraded os a.x86_64 2-1 -> 3-1', 'removed os a.x86_64 1-1'])
  expect(await moves([a], [a, b])).toEqual(['upgraded os a.x86_64 1-1 -> 2-1'])
  expect(await moves([a, b], [b])).toEqual(['removed os a.x86_64 1-1'])
  expect(await moves([b], [a, b])).toEqual(['added os a.x86_64 1-1'])
  expect(await moves([a, b, c], [a])).toEqual(['downgraded os a.x86_64 3-1 -> 1-1', 'removed os a.x86_64 2-1'])
})

test('a version that is only written otherwise is replaced', async () => {
  expect(await diff('yum', yum({ os: [['a', '1.0']] }), yum({ os: [['a', '1.00']] }))).toEqual([
    'replaced os a.x86_64 1.0-1 -> 1.00-1',
  ])
})

test('lists that are the same in both trees are not read', async () => {
  const files = yum({ os: [['a', '1']], extras: [['x', '1']] }) // biome-ignore format: one line
  const changed = new Map([...files, ...yum({ os: [['a', '2']] })])
  const readPaths: string[] = []
  class Watched extends MemoryTree {
    override async *read(path: string): AsyncIterable<Uint8Array> {
      readPaths.push(path)
      yield* super.read(path)
    }
  }
  const { lists, compareVersions } = packageFamilies.yum
  const listsOf = (one: Files) => lists(new Watched(one), unpacker)
  for await (const _ of diffPackages(listsOf(files), listsOf(changed), compareVersions));
  const primaries = readPaths.filter(path => path.includes('primary'))
  expect(primaries.map(path => path.split('/')[0])).toEqual(['os', 'os'])
})

test('damaged metadata is told', async () => {
  const before = yum({ os: [['a', '1']] })
  const after = new Map([...before, ['os/repodata/repomd.xml', Buffer.from('<')] as const])
  await expect(diff('yum', before, after)).rejects.toMatchObject({ code: 'REPOCAST_METADATA_UNREADABLE' })
})
