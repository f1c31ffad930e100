import { expect, test } from 'vitest'
import { pathOf, sizeOf } from './fields.ts'

const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

test.each([
  ['pool/main/h/hello/hello_2.10-3_amd64.deb', 'pool/main/h/hello/hello_2.10-3_amd64.deb'],
  ['./hello.deb', 'hello.deb'],
  ['a//b/./c', 'a/b/c'],
  ['.hidden/..a', '.hidden/..a'],
  [latin1('pöol/ä.deb'), 'pöol/ä.deb'],
  ['bad\xffbyte', 'bad\udcffbyte'],
])('%j is the path %j', (value, path) => expect(pathOf(value)).toBe(path))

test.each([
  '',
  '.',
  '/',
  '/etc/passwd',
  '..',
  '../x',
  'a/../../x',
  'a/..',
  'a\0b',
  `a/${'x'.repeat(256)}`,
  'a/'.repeat(3000),
])('%j is refused as a path', value => expect(() => pathOf(value)).toThrow(/^the path .* is refused: /))

test.each(['', '-1', '1.5', '1e30', '9'.repeat(17), '9'.repeat(400), '0x10', ' 1'])('%j is refused as a size', value =>
  expect(() => sizeOf(value, 7)).toThrow(expect.objectContaining({ name: 'Malformed', line: 7 })),
)
test('sizes up to 2^53 are read', () => expect(sizeOf('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER))
