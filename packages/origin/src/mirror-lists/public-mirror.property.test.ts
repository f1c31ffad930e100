import { decodeName, parseRepositoryName } from '@repocast/objects'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Areas } from './areas.ts'
import { fileUrl, repositoryUrl } from './public-mirror.ts'

test('any name comes through an address as the bytes that it is', () => {
  const name = fc
    .uint8Array({ minLength: 1, maxLength: 12 })
    .filter(bytes => !bytes.includes(0x2f) && !bytes.includes(0))
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 3 }), names => {
      const url = fileUrl('http://mirror.example/x/', names.map(one => decodeName(one)).join('/'))
      expect(url).toMatch(/^http:\/\/mirror\.example\/x\/[A-Za-z0-9._~+%/-]*$/)
      const bytes = url
        .slice('http://mirror.example/x/'.length)
        .split('/')
        .map(one =>
          Buffer.from(
            one.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
            'latin1',
          ),
        )
      expect(bytes).toEqual(names.map(one => Buffer.from(one)))
    }),
  )
})

test.each([
  ['http://a.example', 'http://a.example/debian/'],
  ['http://a.example/pub/', 'http://a.example/pub/debian/'],
  ['http://a.example/{repository}', 'http://a.example/debian/'],
  ['http://a.example/{repository}/x/', 'http://a.example/debian/x/'],
])('a repository of %s is at %s', (url, expected) => {
  expect(repositoryUrl({ url, weight: 1 }, parseRepositoryName('debian'))).toBe(expected)
})

test('clients are of the area that has their address', () => {
  const areas = new Areas({ de: ['192.0.2.0/24', '2001:db8::/32'], jp: ['198.51.100.7'] })
  expect(areas.of('192.0.2.99')).toBe('de')
  expect(areas.of('::ffff:192.0.2.1')).toBe('de')
  expect(areas.of('2001:db8:1::1')).toBe('de')
  expect(areas.of('198.51.100.7')).toBe('jp')
  expect(areas.of('198.51.100.8')).toBeUndefined()
  for (const wrong of ['x', '1.2.3.4/33', '::/129', '1.2.3.4/', '1.2.3/8']) {
    expect(() => new Areas({ de: [wrong] })).toThrow(/areas\.de/)
  }
})
