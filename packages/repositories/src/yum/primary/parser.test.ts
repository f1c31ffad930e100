import { describe, expect, test } from 'vitest'
import { type PackageEntry, PrimaryParser } from './parser.ts'

function parse(text: string, size = text.length): { entries: PackageEntry[]; declaredCount: number | undefined } {
  const parser = new PrimaryParser()
  const bytes = Buffer.from(text)
  const entries: PackageEntry[] = []
  for (let at = 0; at < bytes.length; at += size) entries.push(...parser.push(bytes.subarray(at, at + size)))
  parser.end()
  return { entries, declaredCount: parser.declaredCount }
}

const digest = 'ef'.repeat(48)
const whole = `<package type="rpm">
  <name>a&amp;b</name><arch>x86_64</arch>
  <version epoch="1" ver="2.0~rc" rel="3.el9"/>
  <checksum type="sha384" pkgid="YES">${digest}</checksum>
  <size package="10" installed="20" archive="30"/>
  <location href="Packages/a.rpm"/>
  <format><rpm:provides><rpm:entry name="x"/></rpm:provides><name>not this</name></format>
</package>`

test('what each package says, whatever pieces it comes in', () => {
  const text = `<metadata packages="1">${whole}</metadata>`
  const found = parse(text)
  expect(found).toEqual({
    entries: [
      {
        name: 'a&b',
        arch: 'x86_64',
        version: { epoch: '1', version: '2.0~rc', release: '3.el9' },
        checksum: { algorithm: 'sha384', digest },
        sizeBytes: 10,
        location: { href: 'Packages/a.rpm', base: undefined },
      },
    ],
    declaredCount: 1,
  })
  expect(parse(text, 3)).toEqual(found)
  expect(parse('<metadata/>')).toEqual({ entries: [], declaredCount: undefined })
})

describe('what is refused', () => {
  test.each([
    ['name', /<name>a.*?<\/name>/],
    ['arch', /<arch>.*?<\/arch>/],
    ['version', / ver="[^"]*"/],
    ['checksum', /<checksum.*<\/checksum>/],
    ['size', /<size.*?\/>/],
    ['location', /<location.*?\/>/],
  ])('a package without %s', (what, part) => {
    expect(() => parse(`<metadata>\n${whole.replace(part, '')}</metadata>`)).toThrow(
      expect.objectContaining({
        name: 'Malformed',
        message: expect.stringMatching(`has no ${what}$`),
        line: 9,
      }),
    )
  })
  test('another root', () => expect(() => parse('<repomd/>')).toThrow('its root is "repomd", not "metadata"'))
  test('what ends in the middle', () => expect(() => parse(`<metadata>${whole}`)).toThrow('unclosed tag: metadata'))
})
