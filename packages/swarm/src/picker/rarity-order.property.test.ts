import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RarityOrder } from './rarity-order.ts'

const pieceCount = 12
const step = fc.record({
  what: fc.constantFrom('list' as const, 'unlist' as const, 'increase' as const, 'decrease' as const),
  piece: fc.nat(pieceCount - 1),
})

test('the order holds exactly the listed pieces, rarest first, after any changes', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 150 }),
      fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
      (steps, dice) => {
        const order = new RarityOrder(pieceCount, () => dice.next().value ?? 0)
        const copies = new Array<number>(pieceCount).fill(0)
        const listed = new Set<number>()
        for (const { what, piece } of steps) {
          order[what](piece)
          if (what === 'list') listed.add(piece)
          if (what === 'unlist') listed.delete(piece)
          if (what === 'increase') copies[piece] = (copies[piece] ?? 0) + 1
          if (what === 'decrease') copies[piece] = Math.max(0, (copies[piece] ?? 0) - 1)
          const seen = Array.from({ length: order.size }, (_, index) => order.at(index))
          expect([...seen].sort((a, b) => a - b)).toEqual([...listed].sort((a, b) => a - b))
          const seenCopies = seen.map(p => copies[p] ?? 0)
          expect(seenCopies).toEqual([...seenCopies].sort((a, b) => a - b))
          for (const limit of [0, 1, 2, 5, 40]) {
            expect(order.countRarerThan(limit)).toBe(seenCopies.filter(c => c < limit).length)
          }
        }
      },
    ),
    { numRuns: 150 },
  )
})

test('equals come in an order that differs from agent to agent', () => {
  const first = (seed: number) => {
    let state = seed
    const order = new RarityOrder(100, () => {
      state = (state * 16_807) % 2_147_483_647
      return state / 2_147_483_647
    })
    for (let piece = 0; piece < 100; piece += 1) order.list(piece)
    return order.at(0)
  }
  expect(new Set([11, 222, 3333, 44_444, 555_555].map(first)).size).toBeGreaterThan(2)
})
