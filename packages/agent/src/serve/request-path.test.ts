import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeSegment, parseRequestPath } from './request-path.ts'

const text = (target: string): string | undefined => {
  const path = parseRequestPath(target)
  return path && [path.repository, ...path.names.map(name => name.toString('latin1')), path.endsWithSlash].join('|')
}

test.each([
  ['/debian/', 'debian|true'],
  ['/debian', 'debian|false'],
  ['/debian/pool/a.deb', 'debian|pool|a.deb|false'],
  ['/debian/./dists//x/', 'debian|dists|x|true'],
  ['/debian/a/../b', 'debian|b|false'],
  ['/debian/a/..', 'debian|true'],
  ['/debian/a%20b%e9?q=/../..', 'debian|a b\xe9|false'],
  ['http://mirror.example/debian/a', 'debian|a|false'],
  ['/debian/...', 'debian|...|false'],
  ['/debian/%252e%252e', 'debian|%2e%2e|false'],
])('%s names %s', (target, expected) => expect(text(target)).toBe(expected))

test.each([
  '/debian/../fedora/x',
  '/debian/%2e%2e/x',
  '/debian/a/%2E./../x',
  '/debian/..%2fx',
  '/debian/a%2fb',
  '/debian/a%00b',
  '/debian/%zz',
  '/debian/%2',
  '/../debian/x',
  '/%64ebian/x',
  '//debian/x',
  '/Debian/x',
  'debian/x',
  '*',
  '',
])('%s names nothing', target => expect(parseRequestPath(target)).toBeUndefined())

test('a name of any bytes survives the way into a URL and back', () => {
  const name = fc
    .uint8Array({ minLength: 1, maxLength: 20 })
    .map(bytes => Buffer.from(bytes))
    .filter(bytes => !bytes.includes(0) && !bytes.includes(0x2f) && !['.', '..'].includes(bytes.toString('latin1')))
  fc.assert(
    fc.property(fc.array(name, { maxLength: 4 }), names => {
      const target = `/debian/${names.map(encodeSegment).join('/')}`
      expect(target).toMatch(/^[\x21-\x7e]*$/)
      expect(parseRequestPath(target)?.names).toEqual(names)
    }),
  )
})

test('whatever is asked for, no name leads up or elsewhere', () => {
  const part = fc.constantFrom('..', '.', '', 'a', '%2e', '%2E%2e', '%2f', '%5c..', '..%00', '%', '%c0%ae', '?', '\\')
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), parts => {
      for (const name of parseRequestPath(`/debian/${parts.join('/')}`)?.names ?? []) {
        expect(['', '.', '..']).not.toContain(name.toString('latin1'))
        expect(name.toString('latin1')).not.toMatch(/[/\0]/)
      }
    }),
  )
})
