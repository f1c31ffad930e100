import { expect, test } from 'vitest'
import type { Block } from './block.ts'
import { drawnPicker } from './drawing.ts'

const pieces = (blocks: readonly Block[]) => [...new Set(blocks.map(block => block.piece))]
const at = <T>(list: readonly T[], index: number): T => {
  const item = list[index]
  if (item === undefined) throw new Error(`nothing at ${index}`)
  return item
}

test('the rarest piece comes first, never one that we have or that the peer has not', () => {
  const { picker, mirrors } = drawnPicker({ weHave: '#....', mirrors: ['##.##', '#..##', '#..#.'] })
  expect(pieces(picker.pick(at(mirrors, 0), 9))).toEqual([1, 4, 3])
  expect(picker.pick(at(mirrors, 1), 9)).toEqual([])
})

test('a piece that is begun is finished before another is begun, by whoever has it', () => {
  const { picker, mirrors } = drawnPicker({ weHave: '...', mirrors: ['###', '###'], pieceBytes: 50_000 })
  const [first] = picker.pick(at(mirrors, 0), 1)
  expect(pieces(picker.pick(at(mirrors, 1), 3))).toEqual([first?.piece])
  expect(pieces(picker.pick(at(mirrors, 1), 1))).not.toEqual([first?.piece])
})

test('only wanted pieces are asked for', () => {
  const { picker, mirrors } = drawnPicker({ weHave: '###', mirrors: ['###'] })
  expect(at(mirrors, 0).interesting).toBe(0)
  expect(picker.pick(at(mirrors, 0), 9)).toEqual([])
})

test('an origin is asked only for what it hands out, in its order', () => {
  const { picker, origins } = drawnPicker({ weHave: '#....', origins: ['#####'] })
  expect(picker.pick(at(origins, 0), 9)).toEqual([])
  picker.hand(at(origins, 0), { pieces: [3, 0, 1], freeChoices: 0 })
  expect(pieces(picker.pick(at(origins, 0), 9))).toEqual([3, 1])
})

test('what an origin handed out and a mirror delivered first is not asked for again', () => {
  const { picker, mirrors, origins } = drawnPicker({ weHave: '..', mirrors: ['#.'], origins: ['##'] })
  picker.hand(at(origins, 0), { pieces: [0, 1], freeChoices: 0 })
  picker.pick(at(mirrors, 0), 9)
  expect(pieces(picker.pick(at(origins, 0), 9))).toEqual([1])
})

test('what was handed out and refused once is asked for again', () => {
  const { picker, origins } = drawnPicker({ weHave: '..', origins: ['##'] })
  picker.hand(at(origins, 0), { pieces: [1], freeChoices: 0 })
  const [block] = picker.pick(at(origins, 0), 9)
  if (block) picker.release(at(origins, 0), block)
  expect(pieces(picker.pick(at(origins, 0), 9))).toEqual([1])
})

test('a web seed is asked for anything', () => {
  const { picker } = drawnPicker({ weHave: '#..' })
  const seed = picker.join('web-seed')
  picker.setPieces(seed, 'all')
  expect(pieces(picker.pick(seed, 9)).sort()).toEqual([1, 2])
})

test('in a row means the piece that follows', () => {
  const { picker } = drawnPicker({ weHave: '..#.....', random: () => 0.99 })
  const seed = picker.join('web-seed')
  picker.setPieces(seed, 'all')
  expect(pieces(picker.pick(seed, 2, { inRow: true }))).toEqual([0, 1])
  expect(pieces(picker.pick(seed, 2, { inRow: true }))).not.toContain(2)
})

test('what a peer that left was asked for is free again', () => {
  const { picker, mirrors } = drawnPicker({ weHave: '..', mirrors: ['##', '##'] })
  picker.pick(at(mirrors, 0), 9)
  expect(picker.pick(at(mirrors, 1), 9)).toEqual([])
  picker.leave(at(mirrors, 0))
  expect(pieces(picker.pick(at(mirrors, 1), 9))).toHaveLength(2)
})

test('at the end a fast peer is asked for what a slow one does not deliver, and the other is cancelled', () => {
  const { picker, mirrors } = drawnPicker({ weHave: '.', mirrors: ['#', '#'] })
  const [slow, fast] = [at(mirrors, 0), at(mirrors, 1)]
  const [block] = picker.pick(slow, 1)
  slow.rate = 1000
  fast.rate = 1_000_000
  expect(picker.pickSecond(fast, 9, 60)).toEqual([])
  expect(picker.pickSecond(fast, 9, 1)).toEqual([block])
  expect(picker.pickSecond(fast, 9, 1)).toEqual([])
  if (block === undefined) throw new Error('no block')
  expect(picker.receive(fast, block)).toEqual({ kind: 'taken', isPieceComplete: true, cancel: slow })
  picker.release(slow, block)
  expect([slow.outstanding, fast.outstanding]).toEqual([0, 0])
  expect(picker.receive(slow, block)).toEqual({ kind: 'superfluous' })
})

test('nothing is asked for twice while a peer has something to begin', () => {
  const { picker, mirrors, origins } = drawnPicker({ weHave: '...', mirrors: ['##.', '#..'], origins: ['###'] })
  const [slow, fast, origin] = [at(mirrors, 0), at(mirrors, 1), at(origins, 0)]
  picker.pick(slow, 2)
  slow.rate = 1000
  fast.rate = 1_000_000
  expect(picker.pickSecond(fast, 9, 1)).toEqual([]) // the origin will hand out the last piece
  picker.leave(origin)
  expect(pieces(picker.pickSecond(fast, 9, 1))).toEqual([0]) // nobody has it: the rest is the end
})

test('a piece with a wrong hash is fetched again from one peer alone', () => {
  const { picker, mirrors } = drawnPicker({ weHave: '.', mirrors: ['#', '#'], pieceBytes: 32_768 })
  const [a, b] = [at(mirrors, 0), at(mirrors, 1)]
  const blocks = [...picker.pick(a, 1), ...picker.pick(b, 1)]
  for (const [index, block] of blocks.entries()) picker.receive(at(mirrors, index), block)
  expect(new Set(picker.fail(0))).toEqual(new Set([a, b]))
  const [again] = picker.pick(b, 1)
  expect(again?.piece).toBe(0)
  expect(picker.pick(a, 9)).toEqual([])
  expect(picker.pick(b, 9)).toHaveLength(1)
})

test('a suspect piece does not wait for a peer that left', () => {
  const { picker, mirrors } = drawnPicker({ weHave: '.', mirrors: ['#', '#'], pieceBytes: 32_768 })
  const [a, b] = [at(mirrors, 0), at(mirrors, 1)]
  for (const block of picker.pick(a, 9)) picker.receive(a, block)
  picker.fail(0)
  for (const block of picker.pick(a, 1)) picker.receive(a, block)
  picker.leave(a)
  expect(picker.pick(b, 9)).toHaveLength(2)
})

test('what a peer of our site has, or fetches, is asked of nobody outside of it', () => {
  const { picker, mirrors } = drawnPicker({ weHave: '....', mirrors: ['####'] })
  const near = picker.join('mirror', { isNear: true })
  picker.setPieces(near, Uint8Array.of(0b0100_0000))
  picker.claim(near, [2], 0)
  expect(pieces(picker.pick(at(mirrors, 0), 9)).toSorted()).toEqual([0, 3])
  expect(picker.takeClaims().toSorted()).toEqual([0, 3])
  expect(picker.takeClaims()).toEqual([])
  expect(pieces(picker.pick(near, 9))).toEqual([1])
  expect(picker.takeClaims()).toEqual([])
})

test('a claim that comes to nothing ends by time, and with the peer', () => {
  const { picker, mirrors } = drawnPicker({ weHave: '...', mirrors: ['###'] })
  const [first, second] = [picker.join('mirror', { isNear: true }), picker.join('mirror', { isNear: true })]
  picker.claim(first, [0], 5)
  picker.claim(second, [1, 2], 10)
  expect(picker.pick(at(mirrors, 0), 9)).toEqual([])
  picker.expireClaims(6)
  expect(pieces(picker.pick(at(mirrors, 0), 9))).toEqual([0])
  picker.leave(second)
  expect(pieces(picker.pick(at(mirrors, 0), 9)).toSorted()).toEqual([1, 2])
})
