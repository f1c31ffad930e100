import { expect, test } from 'vitest'
import { MemoryTree } from '../check/memory-tree.ts'
import { unpacker } from '../compression/unpacker.ts'
import { yumPackageLists } from './packages.ts'
import { MadeYumRepository } from './testing/made-yum-repository.ts'

const made = (): MadeYumRepository =>
  new MadeYumRepository({
    repositories: {
      'a/os': [{ name: 'x', version: '1', epoch: '2' }],
      b: [
        { name: 'x', version: '1.1', release: '3.el9', arch: 'noarch' },
        { name: 'y', version: '1' },
      ],
    },
    compression: '.zst',
  })

/** `REPOSITORY: PACKAGE VERSION ARCHITECTURE` of all lists. */
async function list({ files }: MadeYumRepository): Promise<string[]> {
  const found: string[] = []
  for await (const { place, packages } of yumPackageLists(new MemoryTree(files), unpacker))
    for await (const { name, version, architecture } of packages())
      found.push(`${place}: ${name} ${version} ${architecture}`)
  return found
}

test('the packages of all repositories of a tree', async () => {
  expect(await list(made())).toEqual(['a/os: x 2:1-1 x86_64', 'b: x 1.1-3.el9 noarch', 'b: y 1-1 x86_64'])
})

test('metadata that cannot be read is told', async () => {
  const broken = made()
  const { files } = broken
  const repomd = files.get('b/repodata/repomd.xml') ?? expect.fail()
  for (const content of [
    '',
    '<repomd/>',
    `${repomd}`.replace('primary.xml', 'x.xml'),
    `${repomd}`.replace('href="', 'href="../../'),
  ]) {
    files.set('b/repodata/repomd.xml', Buffer.from(content))
    await expect(list(broken)).rejects.toMatchObject({ code: 'REPOCAST_METADATA_UNREADABLE' })
  }
})
