import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Malformed } from '../../metadata/malformed.ts'
import { parseReleaseDate } from './date.ts'
import { parseRelease } from './release.ts'

const hex = (digits: number): string => 'ab'.repeat(digits / 2)
const sample = `Origin: Débian
Label: Debian
Suite: stable
Version: 12.5
Codename: bookworm
Date: Sat, 10 Feb 2024 11:07:25 UTC
Valid-Until: Sat, 17 Feb 2024 11:07:25 UTC
Acquire-By-Hash: yes
No-Support-for-Architecture-all: Packages
Architectures: all amd64
Components: main contrib
Description: Debian 12.5 Released 10 February 2024
MD5Sum:
 ${hex(32)}  1484322 main/Contents-all
 ${hex(32)}       14 main/binary-amd64/Release
SHA256:
 ${hex(64)}  1484322 main/Contents-all
`

describe('a Release file', () => {
  test('is read with what clients know it by and the files it names', () => {
    const release = parseRelease(Buffer.from(sample))
    expect(release).toMatchObject({
      identity: { Origin: 'Débian', Label: 'Debian', Suite: 'stable', Codename: 'bookworm' },
      date: Date.UTC(2024, 1, 10, 11, 7, 25) / 1000,
      validUntil: Date.UTC(2024, 1, 17, 11, 7, 25) / 1000,
      architectures: ['all', 'amd64'],
      components: ['main', 'contrib'],
      acquireByHash: true,
      allIsInOthers: true,
    })
    expect([...release.files.values()]).toEqual([
      { path: 'main/Contents-all', sizeBytes: 1484322, digests: { md5: hex(32), sha256: hex(64) } },
      { path: 'main/binary-amd64/Release', sizeBytes: 14, digests: { md5: hex(32) } },
    ])
  })

  test.each([
    ['nothing', ''],
    ['two paragraphs', `${sample}\nA: b\n`],
    ['a path that climbs', sample.replace('main/Contents-all', '../../x')],
    ['two sizes', sample.replace('1484322', '1484323')],
    ['two digests', sample.replace('SHA256:', ` ${'cd'.repeat(16)} 14 main/binary-amd64/Release\nSHA256:`)],
    ['a digest that is too short', sample.replace(hex(64), hex(62))],
    ['a size beyond reason', sample.replaceAll('1484322', '9'.repeat(40))],
    ['a row with more than a file', sample.replace('main/Contents-all', 'main/Contents all')],
    ['a date in another zone', sample.replace('11:07:25 UTC', '11:07:25 CET')],
  ])('with %s is malformed', (_, text) => expect(() => parseRelease(Buffer.from(text))).toThrow(Malformed))
})

describe('a date', () => {
  test('is read in all forms of UTC', () => {
    const at = Date.UTC(2024, 1, 9, 1, 7, 25) / 1000
    for (const text of ['Fri, 09 Feb 2024 01:07:25 UTC', 'Fri, 9 Feb 2024  1:07:25 +0000', '09 feb 2024 01:07:25 gmt'])
      expect(parseReleaseDate(text)).toBe(at)
  })
  test('that is written is read', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 8e9 }), seconds => {
        expect(parseReleaseDate(new Date(seconds * 1000).toUTCString())).toBe(seconds)
      }),
    )
  })
  test.each([
    '',
    'today',
    '31 Feb 2024 00:00:00 UTC',
    '01 Foo 2024 00:00:00 UTC',
    '01 Feb 2024 24:00:00 UTC',
    '1707448045',
  ])('is not %j', text => expect(parseReleaseDate(text)).toBeUndefined())
})
