import { objectIdOf } from '@repocast/objects'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type MemoryPack, packOf } from '../pack-of.ts'

const pieceLength = 16 * 1024

/** Packs of up to 12 objects that begin, end and lie everywhere in a piece, also exactly at its edges. */
const size = fc.oneof(fc.integer({ min: 1, max: 3 * pieceLength }), fc.constantFrom(1, pieceLength, 2 * pieceLength))
const packs = fc
  .array(size, { minLength: 1, maxLength: 12 })
  .map(sizes => sizes.map((bytes, k) => [`pool/${k}`, Buffer.alloc(bytes, `object ${k} of ${bytes};`)] as const))

function everyPack(check: (pack: MemoryPack) => void): Promise<void> {
  return fc.assert(
    fc.asyncProperty(packs, async blobs => check(await packOf(Object.fromEntries(blobs)))),
    { numRuns: 60 },
  )
}

const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, k) => first + k)

test('the ranges of a piece are its bytes, in order and without gap, from the objects that it touches', () =>
  everyPack(({ pack, objects, content }) => {
    for (const piece of range(0, pack.pieceCount - 1)) {
      const ranges = pack.rangesOfPiece(piece)
      const bytes = ranges.map(({ object, objectOffset, pieceOffset, length }, k) => {
        const before = ranges[k - 1]
        expect(pieceOffset).toBe(before ? before.pieceOffset + before.length : 0)
        return objects.get(pack.objectId(object))?.subarray(objectOffset, objectOffset + length) ?? Buffer.alloc(0)
      })
      const start = piece * pieceLength
      expect(Buffer.concat(bytes).equals(content.subarray(start, start + pieceLength))).toBe(true)
      expect(pack.pieceBytes(piece)).toBe(Math.min(pieceLength, content.length - start))
      const { first, last } = pack.objectsOfPiece(piece)
      expect(ranges.map(({ object }) => object)).toEqual(range(first, last))
    }
  }))

test('a part of a piece has the ranges that the whole has there', () =>
  fc.assert(
    fc.asyncProperty(packs, fc.nat(), fc.nat(), fc.nat(), async (blobs, a, b, c) => {
      const { pack, objects, content } = await packOf(Object.fromEntries(blobs))
      const piece = a % pack.pieceCount
      const offset = b % pack.pieceBytes(piece)
      const length = c % (pack.pieceBytes(piece) - offset + 1)
      const bytes = pack
        .rangesOfPiece(piece, offset, length)
        .map(part => objects.get(pack.objectId(part.object))?.subarray(part.objectOffset).subarray(0, part.length))
      const start = piece * pieceLength + offset
      expect(Buffer.concat(bytes.map(part => part ?? Buffer.alloc(0)))).toEqual(content.subarray(start, start + length))
    }),
    { numRuns: 60 },
  ))

test('a piece touches an object exactly if the object touches the piece', () =>
  everyPack(({ pack }) => {
    for (const object of range(0, pack.objectCount - 1)) {
      const { first, last } = pack.piecesOfObject(object)
      for (const piece of range(0, pack.pieceCount - 1)) {
        const touched = pack.objectsOfPiece(piece)
        expect(object >= touched.first && object <= touched.last).toBe(piece >= first && piece <= last)
      }
    }
  }))

test('objects lie end to end, and each is found by its id', () =>
  everyPack(({ pack, plan, content }) => {
    let offset = 0
    plan.entries.forEach(({ id, size: bytes, path, kind }, object) => {
      expect([pack.objectId(object), pack.objectBytes(object), pack.path(object), pack.objectKind(object)]).toEqual([
        id,
        bytes,
        path,
        kind,
      ])
      expect(pack.objectOffset(object)).toBe(offset)
      expect(pack.indexOf(id)).toBe(object)
      offset += bytes
    })
    expect(pack.bytes).toBe(offset)
    expect(content.length).toBe(offset)
    expect(pack.indexOf(objectIdOf(Buffer.from('another')))).toBeUndefined()
  }))

test('an index that the pack does not have is refused', async () => {
  const { pack } = await packOf({ a: 'content' })
  for (const index of [-1, 1, 0.5, Number.NaN]) {
    for (const call of [
      () => pack.pieceHash(index),
      () => pack.pieceBytes(index),
      () => pack.objectsOfPiece(index),
      () => pack.rangesOfPiece(index),
      () => pack.piecesOfObject(index),
      () => pack.objectId(index),
      () => pack.objectBytes(index),
      () => pack.objectOffset(index),
      () => pack.path(index),
      () => pack.rangesOfPiece(0, index, 8),
    ]) {
      expect(call).toThrow(RangeError)
    }
  }
})
