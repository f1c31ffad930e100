import { expect, test } from 'vitest'
import { type Place, placeOf } from './location.ts'

const inside = (path: string, decoded = path): Place => ({ kind: 'inside', path, decoded })
const place = (directory: string, href: string, base?: string): Place => placeOf(directory, { href, base })

test.each([
  ['', 'a.rpm', 'a.rpm'],
  ['x/os', 'Packages/c++-1~rc^2.rpm', 'x/os/Packages/c++-1~rc^2.rpm'],
  ['x/os', '/a.rpm', 'x/os/a.rpm'],
  ['x/os', './Packages//a.rpm', 'x/os/Packages/a.rpm'],
  ['x/os', '../../y/a.rpm', 'y/a.rpm'],
  ['x/os', '..//os/./a.rpm', 'x/os/a.rpm'],
  ['x', 'Packages/grüße %.rpm', 'x/Packages/grüße %.rpm'],
  ['x', 'a?b#c.rpm', 'x/a?b#c.rpm'],
])('from %j, %j is %j', (directory, href, path) => expect(place(directory, href)).toEqual(inside(path)))

test.each([
  ['../../a.rpm', 'it leads out of the tree'],
  ['a/../../../a.rpm', 'it leads out of the tree'],
  ['a\0b', 'it contains a NUL'],
  ['a'.repeat(256), 'it is longer than 255 bytes'],
  ['a/'.repeat(2100), 'it is longer than 4096 bytes'],
])('%j is refused', (href, why) => expect(place('x', href)).toEqual({ kind: 'refused', why }))

test('addresses are elsewhere', () => {
  expect(place('x', 'https://host/a.rpm')).toEqual({ kind: 'elsewhere', url: 'https://host/a.rpm' })
  expect(place('x', 'a.rpm', 'ftp://host/d/')).toEqual({ kind: 'elsewhere', url: 'ftp://host/d/a.rpm' })
  expect(place('x', '../a.rpm', 'media://1#2')).toEqual({ kind: 'elsewhere', url: 'media://1#2/../a.rpm' })
})

test('a base that is no address is refused', () => {
  expect(place('x', 'a.rpm', '../y/')).toEqual({ kind: 'refused', why: 'its xml:base "../y/" is not an address' })
})

test('escapes may be meant, but never lead out', () => {
  expect(place('x', 'a%5eb%2Fc.rpm')).toEqual(inside('x/a%5eb%2Fc.rpm', 'x/a^b/c.rpm'))
  expect(place('x', '100%.rpm')).toEqual(inside('x/100%.rpm'))
  expect(place('x', '%2e%2e/%2e%2e/a.rpm')).toEqual(inside('x/%2e%2e/%2e%2e/a.rpm'))
})
