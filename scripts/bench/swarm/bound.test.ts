import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseMatrix } from '../lab/hosts.ts'
import { shortestSeconds } from './bound.ts'
import { fileSizes, someFiles } from './tree.ts'

const line = (up: number, down = 200) => ({ up, down, rtt: 20, loss: 0 })

test.each([
  { name: 'the uplink of the origin', lines: [line(50), line(50), line(50)], seconds: 40.96 },
  { name: 'the slowest downlink', lines: [line(500), line(50, 20), line(50)], seconds: 102.4 },
  { name: 'all uplinks together', lines: [line(100), line(1), line(1), line(1), line(1)], seconds: 78.77 },
])('the bound is $name', ({ lines, seconds }) => {
  expect(shortestSeconds(256e6, lines)).toBeCloseTo(seconds, 2)
})

test('the matrix is read as it is written', () => {
  expect(parseMatrix('0 5\n7 0\n1 2\n', 2)).toEqual([
    [0, 5],
    [7, 0],
  ])
})

test('sizes add up, and a share of the files holds about that share of the bytes', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 100, max: 3000 }),
      fc.integer({ min: 1_000_000, max: 1_000_000_000 }),
      (files, bytes) => {
        const sizes = fileSizes(files, bytes)
        const sum = sizes.reduce((total, size) => total + size, 0)
        expect(sum / bytes).toBeGreaterThan(0.99)
        expect(sum / bytes).toBeLessThan(1.01)
        expect(new Set(someFiles(sizes, 0.03)).size).toBeGreaterThan(0)
      },
    ),
    { numRuns: 30 },
  )
})
