import { expect, test } from 'vitest'
import { MemoryTree } from '../check/memory-tree.ts'
import { unpacker } from '../compression/unpacker.ts'
import { type DebPackage, debPackages } from './packages.ts'
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

async function list(files: ReadonlyMap<string, Uint8Array>): Promise<DebPackage[]> {
  const found: DebPackage[] = []
  for await (const one of debPackages(new MemoryTree(files), unpacker)) found.push(one)
  return found
}

test('the packages of all suites are listed, those for all architectures once', async () => {
  const [a, b] = packages
  expect(await list(made().files)).toEqual([
    { suite: 'dists/stable', component: 'main', ...a },
    { suite: 'dists/stable', component: 'main', ...b },
    { suite: 'dists/testing', component: 'main', ...b },
  ])
})

test('flat repositories have no components', async () => {
  const text = 'Package: x\nVersion: 1\nArchitecture: amd64\nFilename: x.deb\nSize: 1\n'
  const release = Buffer.from(`MD5Sum:\n ${'0'.repeat(32)} ${text.length} Packages\n`)
  const files = new Map([
    ['deb/Release', release],
    ['deb/Packages', Buffer.from(text)],
  ])
  expect(await list(files)).toEqual([
    { suite: 'deb', component: undefined, name: 'x', architecture: 'amd64', version: '1' },
  ])
})

test.each(['dists/stable/InRelease', 'dists/stable/main/binary-amd64/Packages.gz'])(
  'a damaged %s is an error with a hint',
  async path => {
    const { files } = made()
    files.set(path, Buffer.from('nonsense'))
    await expect(list(files)).rejects.toMatchObject({ code: 'REPOCAST_METADATA_UNREADABLE' })
  },
)
