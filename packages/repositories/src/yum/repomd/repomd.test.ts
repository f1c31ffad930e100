import { describe, expect, test } from 'vitest'
import { type MetadataFile, readRepomd } from './repomd.ts'

async function read(text: string): Promise<MetadataFile[]> {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text)
  }
  return await readRepomd(chunks())
}

const sha256 = 'ab'.repeat(32)
const sha1 = 'cd'.repeat(20)

test('what each data says', async () => {
  const files = await read(`<?xml version="1.0" encoding="UTF-8"?>
<repomd xmlns="http://linux.duke.edu/metadata/repo" xmlns:rpm="http://linux.duke.edu/metadata/rpm">
  <revision>1700000000</revision>
  <tags><content>binary</content><location href="no"/></tags>
  <data type="primary">
    <checksum type="sha256">${sha256.toUpperCase()}</checksum>
    <open-checksum type="sha">${sha1}</open-checksum>
    <location xml:base="http://host/" href="repodata/p.xml.gz"/>
    <timestamp>1700000000</timestamp>
    <database_version>10</database_version>
    <size> 134 </size>
    <open-size>167</open-size>
  </data>
  <data type="any word"><checksum type="SHA1">${sha1}</checksum><location href="repodata/x.zck" xml:base=""/>
    <open-checksum type="sha256"/><open-size></open-size>
    <header-checksum type="sha256">${sha256}</header-checksum><header-size>132</header-size></data>
</repomd>`)
  const nothing = {
    sizeBytes: undefined,
    openChecksum: undefined,
    openSizeBytes: undefined,
    headerChecksum: undefined,
    headerSizeBytes: undefined,
  }
  expect(files).toEqual([
    {
      ...nothing,
      type: 'primary',
      location: { href: 'repodata/p.xml.gz', base: 'http://host/' },
      checksum: { algorithm: 'sha256', digest: sha256 },
      openChecksum: { algorithm: 'sha1', digest: sha1 },
      sizeBytes: 134,
      openSizeBytes: 167,
    },
    {
      ...nothing,
      type: 'any word',
      location: { href: 'repodata/x.zck', base: undefined },
      checksum: { algorithm: 'sha1', digest: sha1 },
      headerChecksum: { algorithm: 'sha256', digest: sha256 },
      headerSizeBytes: 132,
    },
  ])
})

describe('what is refused', () => {
  const checksum = `<checksum type="sha1">${sha1}</checksum>`
  const location = '<location href="x"/>'
  test.each([
    ['another root', '<metadata/>', 'its root is "metadata", not "repomd"'],
    ['a data without type', '<repomd><data/></repomd>', 'a data has no type'],
    ['a long type', `<repomd><data type="${'p'.repeat(101)}"/></repomd>`, 'of a data is too long'],
    ['a data without location', `<repomd><data type="p">${checksum}</data></repomd>`, 'the data "p" has no location'],
    ['a data without checksum', `<repomd><data type="p">${location}</data></repomd>`, 'the data "p" has no checksum'],
    ['an empty location', '<repomd><data type="p"><location href=""/></data></repomd>', 'a location has no href'],
    [
      'an unknown checksum',
      '<repomd><data type="p"><checksum type="crc">1</checksum></data></repomd>',
      '"crc" is not a',
    ],
    [
      'a short checksum',
      '<repomd><data type="p"><checksum type="md5">1</checksum></data></repomd>',
      '"1" is not a digest',
    ],
    ['a bad size', '<repomd><data type="p"><size>-1</size></data></repomd>', '"-1" is not a size in bytes'],
    ['an endless file', `<repomd>${' '.repeat(5_000_000)}</repomd>`, 'it is longer than 4194304 bytes'],
  ])('%s', async (_, text, why) => {
    await expect(read(text)).rejects.toThrow(
      expect.objectContaining({ name: 'Malformed', message: expect.stringContaining(why) }),
    )
  })
})
