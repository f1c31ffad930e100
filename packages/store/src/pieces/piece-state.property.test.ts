import { packOf } from '@repocast/packs/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Bits } from './bitfield.ts'
import { PieceState } from './piece-state.ts'

const numbers = fc.array(fc.nat(), { maxLength: 8 })
const step = fc.oneof(
  fc.record({ kind: fc.constantFrom('come', 'lose'), numbers }),
  fc.record({ kind: fc.constant('letGo'), numbers, needed: numbers }),
  fc.record({ kind: fc.constant('verify'), numbers }),
)
const sizes = fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 12 })

test('whatever came, was lost or let go: the missing pieces make all objects whole', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, fc.array(step, { maxLength: 20 }), async (lengths, steps) => {
      const { pack } = await packOf(
        Object.fromEntries(lengths.map((length, k) => [`${k}`, Buffer.alloc(length, `${k}-${length}`)])),
      )
      const state = new PieceState(pack, new Bits(pack.pieceCount), new Bits(pack.objectCount))
      const come = (piece: number): void => {
        if (state.has(piece)) return
        const { first, last } = pack.objectsOfPiece(piece)
        const lacking = Array.from({ length: last - first + 1 }, (_, k) => first + k).filter(one => state.lacks(one))
        state.add(piece)
        for (const object of lacking) state.arrived(object)
      }
      const verify = (): void => {
        for (const object of [...state.unverified()]) state.hold(object)
      }
      for (const one of steps) {
        const objects = [...new Set(one.numbers.map(number => number % pack.objectCount))]
        if (one.kind === 'come') for (const number of one.numbers) come(number % pack.pieceCount)
        else if (one.kind === 'lose') state.lose(objects.map(object => pack.objectId(object)))
        else if (one.kind === 'verify') verify()
        else if ('needed' in one) {
          const needed = new Bits(pack.pieceCount)
          for (const number of one.needed) needed.add(number % pack.pieceCount)
          verify() // only what is not waiting for its final name is let go
          state.letGo(objects, needed)
        }
      }
      const missing = state.missingPieces()
      for (let object = 0; object < pack.objectCount; object += 1) {
        const { first, last } = pack.piecesOfObject(object)
        const pieces = Array.from({ length: last - first + 1 }, (_, k) => first + k).filter(piece => !state.has(piece))
        const own = state.missingPiecesOf(pack.objectId(object))
        expect(own).toEqual(state.isHeld(object) ? [] : pieces)
        expect(missing).toEqual(expect.arrayContaining(own))
        if (state.lacks(object)) expect(own).not.toEqual([])
      }
      for (const piece of missing) come(piece)
      verify()
      expect(state.isWhole).toBe(true)
      expect(state.missingPieces()).toEqual([])
    }),
    { numRuns: 200 },
  )
})
