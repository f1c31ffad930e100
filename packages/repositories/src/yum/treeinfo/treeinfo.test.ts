import { describe, expect, test } from 'vitest'
import { parseIni } from './ini.ts'
import { parseTreeInfo, readTreeInfo } from './treeinfo.ts'

test('an INI file as configparser reads it', () => {
  const ini = parseIni('# c\n[A b]\nKey: v = w\nkey=\n  more\n ; no\n\n  and more\r\n[c]\n[A b]\nx = 1\n')
  expect([...ini].map(([name, values]) => [name, [...values]])).toEqual([
    [
      'A b',
      [
        ['Key', 'v = w'],
        ['key', '\nmore\nand more'],
        ['x', '1'],
      ],
    ],
    ['c', []],
  ])
})

test('what a .treeinfo says about files', () => {
  const info = parseTreeInfo(`[checksums]
images/boot.iso = sha256:${'ab'.repeat(32)}
repodata/repomd.xml = md5:${'cd'.repeat(16)}

[header]
version = 1.2

[images-x86_64]
boot.iso = images/boot.iso
kernel = images/pxeboot/vmlinuz

[images-xen]
kernel =

[stage2]
mainimage = images/install.img

[variant-BaseOS]
id = BaseOS
packages = Packages
repository = .

[addon-HA]
repository = addons/HA
`)
  expect(info).toEqual({
    checksums: new Map([
      ['images/boot.iso', { algorithm: 'sha256', digest: 'ab'.repeat(32) }],
      ['repodata/repomd.xml', { algorithm: 'md5', digest: 'cd'.repeat(16) }],
    ]),
    images: new Set(['images/boot.iso', 'images/pxeboot/vmlinuz', 'images/install.img']),
    variants: [
      { name: 'variant-BaseOS', repository: '.', packages: 'Packages' },
      { name: 'addon-HA', repository: 'addons/HA', packages: undefined },
    ],
  })
})

describe('what is refused', () => {
  test.each([
    ['a key before the first section', 'a = b\n[header]', 1],
    ['a line without a value', '[header]\n\nnonsense', 3],
    ['a line without a key', '[header]\n= x', 2],
    ['a checksum without type', '[header]\n[checksums]\na = 12', undefined],
    ['an unknown checksum', '[header]\n[checksums]\na = crc:12', undefined],
    ['another INI file', '[main]\na = b', undefined],
  ])('%s', (_, text, line) => {
    expect(() => parseTreeInfo(text)).toThrow(expect.objectContaining({ name: 'Malformed', line }))
  })

  test('what is long, or not UTF-8', async () => {
    async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
      for (;;) yield bytes
    }
    await expect(readTreeInfo(chunks(Buffer.alloc(65536)))).rejects.toThrow('it is longer than 1048576 bytes')
    async function* latin1(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('[header]\nname = \xfc', 'latin1')
    }
    await expect(readTreeInfo(latin1())).rejects.toThrow('it is not UTF-8')
  })
})
