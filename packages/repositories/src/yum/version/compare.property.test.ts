import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareRpmParts, compareRpmVersions, formatRpmVersion, parseRpmVersion } from './compare.ts'

// Oldest first, from rpm-version(7) and tests/rpmvercmp.at of rpm.
const ordered = [
  ['1.0~rc1', '1.0~rc1^git1', '1.0', '1.0^', '1.0^git1', '1.0^git2', '1.0.1'],
  ['1.0~rc1~git123', '1.0~rc1', '1.0a', '1.0.0', '1.0.1', '1.9', '1.10', '2.0'],
  ['a', 'b', '0', '1', '2', '10', `1${'0'.repeat(50)}`, `2${'0'.repeat(50)}`],
  ['1.0^git1~pre', '1.0^git1', '1.01'],
  ['xyz', 'xyz.4', '2'],
]

test.each(ordered)('versions are ordered: %s, %s, …', (...versions) => {
  for (const [i, a] of versions.entries())
    for (const [j, b] of versions.entries())
      expect(Math.sign(compareRpmParts(a, b)), `${a} ${b}`).toBe(Math.sign(i - j))
})

test.each([
  ['1.0', '1_0'],
  ['1.0', '1.00'],
  ['1.0', '01.0'],
  ['1..0', '1.0.'],
  ['2a', '2.a'],
  ['', '..'],
])('%s and %s are the same', (a, b) => expect(compareRpmParts(a, b)).toBe(0))

test.each([
  ['1.0-1', '1:0.1-1', -1],
  ['2:1.0-1', '1:2.0-1', 1],
  ['0:1.0-1', '1.0-1', 0],
  ['1.0-2', '1.0-10', -1],
  ['1.0-1.el8', '1.0-1.el9', -1],
])('the epoch goes before the version, the version before the release: %s, %s', (a, b, order) => {
  expect(Math.sign(compareRpmVersions(parseRpmVersion(a), parseRpmVersion(b)))).toBe(order)
})

const part = fc
  .array(fc.constantFrom('~', '^', '0', '1', '9', 'a', 'Z', '.', '+', '_'), { maxLength: 8 })
  .map(x => x.join(''))

test('it is an order: the opposite way round it is the opposite, and it is transitive', () => {
  fc.assert(
    fc.property(part, part, part, (a, b, c) => {
      expect(Math.sign(compareRpmParts(a, b))).toBe(-Math.sign(compareRpmParts(b, a)) + 0)
      if (compareRpmParts(a, b) <= 0 && compareRpmParts(b, c) <= 0) expect(compareRpmParts(a, c)).toBeLessThanOrEqual(0)
    }),
  )
})

test('what is formatted is parsed again', () => {
  const epoch = fc.integer({ min: 0, max: 20 }).map(String)
  fc.assert(
    fc.property(epoch, part, part, (e, version, release) => {
      const whole = { epoch: e, version, release }
      expect(parseRpmVersion(formatRpmVersion(whole))).toEqual(whole)
    }),
  )
})
