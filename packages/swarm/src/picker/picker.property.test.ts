import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Bits, emptyBits } from './bits.ts'
import type { Block } from './block.ts'
import type { PickerPeer } from './peer.ts'
import { Picker } from './picker.ts'

const pieceCount = 10
const pieceBytes = 40_000 // three blocks, the last one shorter
const bits = fc.uint8Array({ minLength: 2, maxLength: 2 })
const event = fc.record({
  what: fc.constantFrom(
    'pick',
    'pick',
    'pick',
    'deliver',
    'deliver',
    'release',
    'have',
    'leave',
    'join',
    'second',
    'lose',
    'hand',
    'claim',
  ),
  peer: fc.nat(7),
  piece: fc.nat(pieceCount - 1),
  count: fc.integer({ min: 1, max: 7 }),
  isGood: fc.boolean(),
})

interface Asked {
  readonly peer: PickerPeer
  readonly block: Block
}

/** A swarm in which anything happens in any order, with what must hold at every moment. */
class Chaos {
  readonly picker: Picker
  readonly peers: PickerPeer[] = []
  asked: Asked[] = []

  constructor(held: Bits, dice: () => number) {
    this.picker = new Picker({ pieceCount, pieceBytes: () => pieceBytes }, { held, random: dice })
    for (let piece = 0; piece < pieceCount; piece += 1) this.picker.want(piece)
  }

  join(kind: 'mirror' | 'origin', pieces: Bits | 'all', isNear = false): void {
    const peer = this.picker.join(kind, { isNear: isNear && kind === 'mirror' })
    this.picker.setPieces(peer, pieces)
    this.peers.push(peer)
  }

  take(peer: PickerPeer, blocks: readonly Block[], isSecond: boolean): void {
    for (const block of blocks) {
      expect(peer.mayAsk(block.piece) && this.picker.lacks(block.piece)).toBe(true)
      const same = this.asked.filter(({ block: other }) => other.piece === block.piece && other.block === block.block)
      expect(same.length).toBe(isSecond ? 1 : 0)
      expect(same.some(other => other.peer === peer)).toBe(false)
      this.asked.push({ peer, block })
    }
  }

  deliver(index: number, isGood: boolean): void {
    const [next] = this.asked.splice(index % Math.max(1, this.asked.length), 1)
    if (next === undefined) return
    const delivery = this.picker.receive(next.peer, next.block)
    if (delivery.kind === 'superfluous') return
    const { cancel, isPieceComplete } = delivery
    if (cancel !== undefined) this.drop(({ peer, block }) => peer === cancel && sameBlock(block, next.block))
    if (!isPieceComplete) return
    if (isGood) this.picker.hold(next.block.piece)
    else expect(this.picker.fail(next.block.piece).length).toBeGreaterThan(0)
  }

  drop(isDropped: (asked: Asked) => boolean): void {
    for (const { peer, block } of this.asked.filter(isDropped)) this.picker.release(peer, block)
    this.asked = this.asked.filter(asked => !isDropped(asked))
  }

  check(): void {
    const missing = Array.from({ length: pieceCount }, (_, piece) => piece).filter(piece => this.picker.lacks(piece))
    expect(this.picker.missing).toBe(missing.length)
    for (const peer of this.peers) {
      expect(peer.interesting).toBe(missing.filter(piece => peer.has(piece)).length)
      expect(peer.outstanding).toBe(this.asked.filter(asked => asked.peer === peer).length)
    }
  }
}

const sameBlock = (a: Block, b: Block) => a.piece === b.piece && a.block === b.block

test('whatever peers do, no block is asked for in vain, and a complete mirror in the end gives all', () => {
  fc.assert(
    fc.property(bits, fc.array(event, { maxLength: 120 }), fc.nat(), (held, events, seed) => {
      let state = seed
      const chaos = new Chaos(held, () => {
        state = (state * 1103515245 + 12345) % 2 ** 31
        return state / 2 ** 31
      })
      chaos.join('origin', 'all')
      chaos.join('mirror', emptyBits(pieceCount))
      for (const { what, peer: index, piece, count, isGood } of events) {
        const peer = chaos.peers[index % Math.max(1, chaos.peers.length)]
        if (what === 'join')
          chaos.join(isGood ? 'mirror' : 'origin', Uint8Array.of(piece * 25, count * 30), count % 2 === 0)
        if (peer === undefined) continue
        if (what === 'pick') chaos.take(peer, chaos.picker.pick(peer, count, { inRow: isGood }), false)
        if (what === 'second') chaos.take(peer, chaos.picker.pickSecond(peer, count, 0), true)
        if (what === 'deliver') chaos.deliver(index, isGood)
        if (what === 'release') chaos.drop(asked => asked.peer === peer && asked.block.piece === piece)
        if (what === 'claim') chaos.picker.claim(peer, [piece, count], index)
        if (what === 'claim' && isGood) chaos.picker.expireClaims(index)
        if (what === 'hand') chaos.picker.hand(peer, { pieces: [piece], freeChoices: count % 2 })
        if (what === 'have') chaos.picker.addPiece(peer, piece)
        if (what === 'lose') {
          chaos.drop(asked => asked.peer === peer)
          chaos.picker.losePiece(peer, piece)
        }
        if (what === 'leave') {
          chaos.picker.leave(peer)
          chaos.asked = chaos.asked.filter(asked => asked.peer !== peer)
          chaos.peers.splice(chaos.peers.indexOf(peer), 1)
        }
        chaos.check()
      }
      chaos.drop(() => true)
      chaos.join('mirror', 'all', true)
      const everything = chaos.peers.at(-1)
      for (let round = 0; round < 200 && chaos.picker.missing > 0 && everything; round += 1) {
        chaos.take(everything, chaos.picker.pick(everything, 5), false)
        chaos.deliver(0, true)
      }
      for (let piece = 0; piece < pieceCount; piece += 1) expect(chaos.picker.holds(piece)).toBe(true)
      expect(chaos.picker.missing).toBe(0)
    }),
    { numRuns: 200 },
  )
})
