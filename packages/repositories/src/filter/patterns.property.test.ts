import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Patterns } from './patterns.ts'

describe('what patterns match', () => {
  test.each([
    ['*.iso', 'images/a/big.iso', true],
    ['*.iso', 'images/iso', false],
    ['pool', 'a/pool/b.deb', true],
    ['/pool', 'a/pool/b.deb', false],
    ['pool/', 'pool/b.deb', true],
    ['pool/main', 'pool/main/b.deb', true],
    ['pool/main', 'pool/main2/b.deb', false],
    ['pool/*/b.deb', 'pool/main/b.deb', true],
    ['pool/*/b.deb', 'pool/main/x/b.deb', false],
    ['pool/**/b.deb', 'pool/main/x/b.deb', true],
    ['pool/**/b.deb', 'pool/b.deb', true],
    ['**/b.deb', 'b.deb', true],
    ['pool/**', 'pool/a/b', true],
    ['pool/**', 'pool', false],
    ['a**z', 'a/b/z', true],
    ['lib?.rpm', 'x/liba.rpm', true],
    ['x/lib?.rpm', 'x/lib/.rpm', false],
    ['[a-c]*', 'bee', true],
    ['[!a-c]*', 'bee', false],
    ['[z-a]', '[z-a]', true],
    ['[', '[', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['lib.lab++', 'lib.lab++', true],
    ['lib.lab++', 'libxlab++', false],
    ['a\nb', 'a\nb', true],
  ])('%j and %j: %s', (pattern, path, expected) => {
    expect(new Patterns([pattern]).match(path)).toBe(expected)
  })
})

const name = fc.string({
  minLength: 1,
  maxLength: 6,
  unit: fc.constantFrom('a', 'b', '.', '-', '+', '(', '$', ']', '^', 'é'),
})
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map(names => names.join('/'))

test('a path is a pattern for itself and for all below it, and for nothing else', () => {
  fc.assert(
    fc.property(path, path, (pattern, other) => {
      const patterns = new Patterns([`/${pattern}`])
      expect(patterns.match(pattern)).toBe(true)
      expect(patterns.match(`${pattern}/${other}`)).toBe(true)
      expect(patterns.match(other)).toBe(other === pattern || other.startsWith(`${pattern}/`))
    }),
  )
})

test('any text is a pattern, and ** takes every path', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), path, (text, one) => {
      new Patterns([text]).match(one)
      expect(new Patterns([text, '**']).match(one)).toBe(true)
    }),
  )
})

test('a star in the place of any name but the slashes matches the path', () => {
  fc.assert(
    fc.property(fc.array(name, { minLength: 2, maxLength: 4 }), fc.nat(), (names, at) => {
      const starred = names.map((one, k) => (k === at % names.length ? '*' : one))
      expect(new Patterns([`/${starred.join('/')}`]).match(names.join('/'))).toBe(true)
      const longer = names.flatMap((one, k) => (k === at % names.length ? [one, 'x'] : [one]))
      // what is behind the star is what stands there, or below it
      const isBelow = longer.join('/').startsWith(`${names.join('/')}/`)
      if (!isBelow && at % names.length < names.length - 1 && names[(at % names.length) + 1] !== 'x')
        expect(new Patterns([`/${starred.join('/')}`]).match(longer.join('/'))).toBe(false)
    }),
  )
})
