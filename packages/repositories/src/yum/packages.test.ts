import { expect, test } from 'vitest'
import { MemoryTree } from '../check/memory-tree.ts'
import { unpacker } from '../compression/unpacker.ts'
import { type YumPackage, yumPackages } from './packages.ts'
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

async function list({ files }: MadeYumRepository): Promise<YumPackage[]> {
  const found: YumPackage[] = []
  for await (const one of yumPackages(new MemoryTree(files), unpacker)) found.push(one)
  return found
}

test('the packages of all repositories of a tree', async () => {
  expect(await list(made())).toEqual([
    { repository: 'a/os', name: 'x', arch: 'x86_64', version: '2:1-1' },
    { repository: 'b', name: 'x', arch: 'noarch', version: '1.1-3.el9' },
    { repository: 'b', name: 'y', arch: 'x86_64', version: '1-1' },
  ])
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
