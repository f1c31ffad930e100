import { expect, test } from 'vitest'
import { unpacker } from '../compression/unpacker.ts'
import { MadeRepository } from '../deb/testing/made-repository.ts'
import { MadeYumRepository } from '../yum/testing/made-yum-repository.ts'
import { checkTree } from './check-tree.ts'
import { MemoryTree } from './memory-tree.ts'

/** What a quick check finds, and what it asks the tree for. */
async function quick(
  files: ReadonlyMap<string, Buffer>,
  kind: 'yum' | 'deb',
): Promise<{ codes: string[]; read: string[]; algorithms: string[] }> {
  const memory = new MemoryTree(files)
  const [codes, read, algorithms] = [new Set<string>(), new Set<string>(), new Set<string>()]
  await checkTree({
    tree: {
      find: path => memory.find(path),
      walk: directory => memory.walk(directory),
      read(path) {
        read.add(path)
        return memory.read(path)
      },
      async digest(path, algorithm) {
        algorithms.add(algorithm)
        return await memory.digest(path, algorithm)
      },
    },
    kind,
    now: new Date(0),
    isQuick: true,
    unpacker,
    report: ({ code, severity }) => void (severity === 'error' && codes.add(code)),
  })
  return { codes: [...codes].sort(), read: [...read].sort(), algorithms: [...algorithms] }
}

const yum = (algorithm: 'sha1' | 'sha256'): MadeYumRepository =>
  new MadeYumRepository({ repositories: { os: [{ name: 'a', version: '1' }] }, compression: '.zst', algorithm })
const deb = (): MadeRepository =>
  new MadeRepository({
    suites: [{ name: 'stable', packages: [{ name: 'a', version: '1', architecture: 'amd64' }] }],
    byHash: true,
    extras: true,
  })

test('a good tree has no errors; only what names packages is read, and no digest computed', async () => {
  for (const algorithm of ['sha1', 'sha256'] as const) {
    const made = yum(algorithm)
    expect(await quick(made.files, 'yum')).toEqual({
      codes: [],
      read: ['os/repodata/repomd.xml', made.path('os', 'primary')].sort(),
      algorithms: algorithm === 'sha1' ? [] : ['sha256'],
    })
  }
  const { codes, read, algorithms } = await quick(deb().files, 'deb')
  expect([codes, algorithms]).toEqual([[], ['sha256']])
  expect(read.filter(path => /Packages|Contents|Translation/.test(path))).toEqual([
    'dists/stable/main/binary-amd64/Packages',
    'dists/stable/main/binary-amd64/Packages.diff/Index',
    'dists/stable/main/binary-arm64/Packages',
  ])
})

test.each<[string, (made: MadeYumRepository) => void, string[]]>([
  ['a package is missing', ({ files, rpms }) => files.delete(rpms[0] ?? ''), ['YUM_PACKAGE_MISSING']],
  ['a package is shorter', ({ files, rpms }) => files.set(rpms[0] ?? '', Buffer.from('short')), ['YUM_PACKAGE_SIZE']],
  ['a package has other bytes', ({ files, rpms }) => files.get(rpms[0] ?? '')?.reverse(), ['YUM_PACKAGE_CHECKSUM']],
  ['filelists.xml is missing', made => made.files.delete(made.path('os', 'filelists')), ['YUM_METADATA_MISSING']],
  [
    'repomd.xml is cut off',
    ({ files }) => files.set('os/repodata/repomd.xml', Buffer.from('<rep')),
    ['YUM_REPOMD_MALFORMED'],
  ],
  [
    'primary.xml is no XML',
    made => {
      made.edit('os', 'primary', text => text.slice(0, -20))
      made.seal('os')
    },
    ['YUM_PRIMARY_MALFORMED'],
  ],
])('yum: %s', async (_, damage, codes) => {
  const made = yum('sha256')
  damage(made)
  expect((await quick(made.files, 'yum')).codes).toEqual(codes)
})

test.each<[string, (made: MadeRepository) => void, string[]]>([
  ['a package is missing', ({ files, pool }) => files.delete(pool[0] ?? ''), ['DEB_PACKAGE_MISSING']],
  ['a package is shorter', ({ files, pool }) => files.set(pool[0] ?? '', Buffer.from('short')), ['DEB_PACKAGE_SIZE']],
  [
    'an index is of another update',
    made => made.edit('dists/stable/main/binary-amd64/Packages', text => `${text}\n`),
    ['DEB_INDEX_SIZE'],
  ],
  [
    'Packages is no control file',
    made => {
      made.edit('dists/stable/main/binary-amd64/Packages', () => 'no field\n')
      made.seal('stable')
    },
    ['DEB_INDEX_MALFORMED'],
  ],
])('deb: %s', async (_, damage, codes) => {
  const made = deb()
  damage(made)
  expect((await quick(made.files, 'deb')).codes).toEqual(expect.arrayContaining(codes))
})
