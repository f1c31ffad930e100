import { expect, test } from 'vitest'
import { ControlParser } from '../control/parser.ts'
import { packageEntryOf, packageFields } from './package-entry.ts'
import { sourceEntryOf, sourceFields } from './source-entry.ts'

const md5 = '0123456789abcdef'.repeat(2)
const sha256 = 'ABCDEF0123456789'.repeat(4)

const binary = `Package: hello
Version: 1:2.10-3
Architecture: amd64
Filename: ./pool/h/hello_2.10-3_amd64.deb
Size: 53132
MD5sum: ${md5}
SHA256: ${sha256}
Description: x
`
const source = `Package: hello
Binary: hello
Version: 2.10-3
Directory: pool/h
Files:
 ${md5} 100 hello_2.10-3.dsc
 ${md5} 200 hello_2.10.orig.tar.gz
Checksums-Sha256:
 ${sha256} 100 hello_2.10-3.dsc
 ${sha256} 200 hello_2.10.orig.tar.gz
`

const one = (text: string, wanted: ReadonlySet<string>) => {
  const parser = new ControlParser({ wanted })
  const [paragraph] = [...parser.push(Buffer.from(text)), ...parser.end()]
  return paragraph ?? expect.fail('no paragraph')
}

test('a binary package names its file', () => {
  expect(packageEntryOf(one(binary, packageFields))).toEqual({
    name: 'hello',
    version: '1:2.10-3',
    architecture: 'amd64',
    file: {
      path: 'pool/h/hello_2.10-3_amd64.deb',
      sizeBytes: 53132,
      digests: { md5, sha256: sha256.toLowerCase() },
    },
  })
})

test('a source package names its files with all their digests', () => {
  const { name, version, files } = sourceEntryOf(one(source, sourceFields))
  expect({ name, version }).toEqual({ name: 'hello', version: '2.10-3' })
  const digests = { md5, sha256: sha256.toLowerCase() }
  expect(files).toEqual([
    { path: 'pool/h/hello_2.10-3.dsc', sizeBytes: 100, digests },
    { path: 'pool/h/hello_2.10.orig.tar.gz', sizeBytes: 200, digests },
  ])
})

test.each(['Package', 'Version', 'Architecture', 'Filename', 'Size'])(
  'a binary package without %s is malformed',
  field => {
    const without = binary.replace(new RegExp(`^${field}: .*\n`, 'm'), '')
    expect(() => packageEntryOf(one(without, packageFields))).toThrow(`the field "${field.toLowerCase()}" is missing`)
  },
)

test.each([
  ['climbs', binary.replace('./pool', '../pool')],
  ['is absolute', binary.replace('./pool', '/pool')],
])('a file name that %s is refused', (why, text) => {
  expect(() => packageEntryOf(one(text, packageFields))).toThrow(/^the path .* is refused/)
  expect(why).toBeDefined()
})

test('a source package that climbs, or names no file, is refused', () => {
  expect(() => sourceEntryOf(one(source.replace('Directory: pool/h', 'Directory: ../..'), sourceFields))).toThrow(
    'climbs',
  )
  expect(() => sourceEntryOf(one(source.replaceAll(/^ .*\n/gm, ''), sourceFields))).toThrow('names no files')
})
