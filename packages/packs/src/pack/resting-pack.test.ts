import { expect, test } from 'vitest'
import { packOf } from '../pack-of.ts'
import { rereadPack } from '../torrent/parse-pack.ts'
import { RestingPack } from './resting-pack.ts'

test('a pack that rests is read again when somebody looks, and is the same', async () => {
  const { pack, torrent } = await packOf({ 'pool/a': Buffer.alloc(70_000, 'a'), 'pool/b': Buffer.from('b') })
  let reread = 0
  const resting = new RestingPack(pack, () => {
    reread += 1
    return rereadPack(torrent, resting)
  })
  resting.rest()
  expect(resting.isResting).toBe(true)
  expect([resting.pieceBytes(0), resting.objectCount]).toEqual([pack.pieceBytes(0), pack.objectCount])
  expect([resting.isResting, reread]).toEqual([true, 0])
  for (let object = 0; object < pack.objectCount; object += 1) {
    const id = pack.objectId(object)
    expect([resting.objectId(object), resting.path(object), resting.indexOf(id)]).toEqual([
      id,
      pack.path(object),
      object,
    ])
    expect(resting.piecesOfObject(object)).toEqual(pack.piecesOfObject(object))
  }
  for (let piece = 0; piece < pack.pieceCount; piece += 1) {
    expect(resting.pieceHash(piece)).toEqual(pack.pieceHash(piece))
    expect(resting.rangesOfPiece(piece)).toEqual(pack.rangesOfPiece(piece))
  }
  expect(resting.infoBytes).toEqual(pack.infoBytes)
  expect(reread).toBe(1)
})

test('a pack that was looked at since the last time does not rest', async () => {
  const { pack } = await packOf({ a: Buffer.from('content') })
  const resting = new RestingPack(pack, () => pack)
  resting.objectId(0)
  resting.rest()
  expect(resting.isResting).toBe(false)
  resting.rest()
  expect(resting.isResting).toBe(true)
  resting.objectId(0)
  resting.restNow()
  expect(resting.isResting).toBe(true)
  for (const piece of [-1, 1, 0.5]) expect(() => resting.pieceBytes(piece)).toThrow(RangeError)
})
