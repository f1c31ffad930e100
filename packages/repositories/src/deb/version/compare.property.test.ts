import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareDebVersions } from './compare.ts'

// Oldest first, in the order that deb-version(7) and Policy 5.6.12 explain.
const ordered = [
  ['1.0~~', '1.0~~a', '1.0~', '1.0', '1.0-0.1', '1.0-1', '1.0a', '1.0+b1', '1.0.1', '1.9', '1.10', '2'],
  ['1.2~rc1-1', '1.2-1', '1.2-1+b1', '1.2-1.1', '1.2-2', '1:0.1', '1:0.2', '2:0'],
]

test.each(ordered)('versions are ordered: %s, %s, …', (...versions) => {
  for (const [i, a] of versions.entries())
    for (const [j, b] of versions.entries())
      expect(Math.sign(compareDebVersions(a, b)), `${a} ${b}`).toBe(Math.sign(i - j))
})

test.each([
  ['1', '0:1'],
  ['1.0', '1.00'],
  ['1', '1-0'],
  ['1.a', '1.a0'],
  [`1${'0'.repeat(50)}`, `01${'0'.repeat(50)}`],
])('%s and %s are the same', (a, b) => expect(compareDebVersions(a, b)).toBe(0))

test('it is an order: the opposite way round it is the opposite, and it is transitive', () => {
  const version = fc
    .array(fc.constantFrom('~', '0', '1', '9', 'a', 'Z', '.', '+', '-', ':'), { maxLength: 8 })
    .map(x => x.join(''))
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      expect(Math.sign(compareDebVersions(a, b))).toBe(-Math.sign(compareDebVersions(b, a)) + 0)
      if (compareDebVersions(a, b) <= 0 && compareDebVersions(b, c) <= 0)
        expect(compareDebVersions(a, c)).toBeLessThanOrEqual(0)
    }),
  )
})
