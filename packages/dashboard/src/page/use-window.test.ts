import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rowWindow } from './use-window.ts'

test('every row that is seen is drawn, and few others', () => {
  fc.assert(
    fc.property(
      fc.nat(5000),
      fc.integer({ min: 10, max: 60 }),
      fc.nat(300_000),
      fc.nat(2000),
      (rows, h, top, height) => {
        const { first, end } = rowWindow(rows, h, top, height)
        for (const row of [Math.floor(top / h), Math.ceil((top + height) / h) - 1]) {
          if (row >= 0 && row < rows && height > 0) expect(row >= first && row < end).toBe(true)
        }
        expect(end - first).toBeLessThanOrEqual(height / h + 22)
        expect(first >= 0 && end <= rows).toBe(true)
      },
    ),
  )
})
