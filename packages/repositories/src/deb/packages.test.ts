import { expect, test } from 'vitest'
import { MemoryTree } from '../check/memory-tree.ts'
import { unpacker } from '../compression/unpacker.ts'
import { debPackageLists } from './packages.ts'
import { MadeRepository } from './testing/made-repository.ts'

const packages = [
  { name: 'a', version: '1:1.0', architecture: 'amd64' },
  { name: 'b', version: '2', architecture: 'all' },
]
const made = (): MadeRepository =>
  new MadeRepository({
    suites: [
      { name: 'stable', packages },
      { name: 'testing', packages: packages.slice(1) },
    ],
    compressions: ['.gz'],
  })

/** `PLACE: PACKAGE VERSION ARCHITECTURE` of all lists. */
async function list(files: ReadonlyMap<string, Uint8Array>): Promise<string[]> {
  const found: string[] = []
  for await (const { place, packages } of debPackageLists(new MemoryTree(files), unpacker))
    for await (const { name, version, architecture } of packages())
      found.push(`${place}: ${name} ${version} ${architecture}`)
  return found
}

test('the packages of all suites are listed, those for all architectures in the index of each', async () => {
  expect(await list(made().files)).toEqual([
    'dists/stable/main: a 1:1.0 amd64',
    'dists/stable/main: b 2 all',
    'dists/stable/main: b 2 all',
    'dists/testing/main: b 2 all',
    'dists/testing/main: b 2 all',
  ])
})

test('flat repositories have no components', async () => {
  const text = 'Package: x\nVersion: 1\nArchitecture: amd64\nFilename: x.deb\nSize: 1\n'
  const release = Buffer.from(`MD5Sum:\n ${'0'.repeat(32)} ${text.length} Packages\n`)
  const files = new Map([
    ['deb/Release', release],
    ['deb/Packages', Buffer.from(text)],
  ])
  expect(await list(files)).toEqual(['deb: x 1 amd64'])
})

test.each(['dists/stable/InRelease', 'dists/stable/main/binary-amd64/Packages.gz'])(
  'a damaged %s is an error with a hint',
  async path => {
    const { files } = made()
    files.set(path, Buffer.from('nonsense'))
    await expect(list(files)).rejects.toMatchObject({ code: 'REPOCAST_METADATA_UNREADABLE' })
  },
)
