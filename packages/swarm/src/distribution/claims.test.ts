import fc from 'fast-check'
import { expect, test } from 'vitest'
import { outranks } from './claims.ts'

test('of two peers exactly one goes on', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.nat(), (a, b, piece) => {
      fc.pre(a !== b)
      expect(outranks(a, b, piece)).toBe(!outranks(b, a, piece))
    }),
  )
})

test('each of them wins a good part of the pieces', () => {
  const wins = Array.from({ length: 1000 }, (_, piece) => outranks('a1', 'b2', piece)).filter(Boolean).length
  expect(wins).toBeGreaterThan(300)
  expect(wins).toBeLessThan(700)
})
