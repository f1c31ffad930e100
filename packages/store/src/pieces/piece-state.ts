import type { ObjectId } from '@repocast/objects'
import type { Pack } from '@repocast/packs'
import { Bits } from './bitfield.ts'

/**
 * Which pieces of a pack are there, and which of its objects: one that is held lies whole under its final name, and one
 * that lacks nothing but is not held has yet to be verified. Objects are named by their place in the pack. Pure.
 */
export class PieceState {
  readonly #pack: Pack
  readonly #have: Bits
  readonly #held: Bits
  #heldCount: number
  /** Pieces of each object that are not there yet; empty while all objects are held. */
  #piecesLeft: Uint32Array
  #losses = 0

  /** `have` and `held` are taken over. */
  constructor(pack: Pack, have: Bits, held: Bits) {
    this.#pack = pack
    this.#have = have
    this.#held = held
    this.#heldCount = held.count
    this.#piecesLeft = this.isWhole ? new Uint32Array(0) : countPiecesLeft(pack, have)
  }

  /** Whether all objects are held. */
  get isWhole(): boolean {
    return this.#heldCount === this.#pack.objectCount
  }

  /** Another number when objects were lost. */
  get losses(): number {
    return this.#losses
  }

  /** The pieces that are there, as a bitfield (BEP 3); a copy. */
  bitfield(): Uint8Array {
    return this.#have.bytes.slice()
  }

  has(piece: number): boolean {
    return this.#have.has(piece)
  }

  isHeld(object: number): boolean {
    return this.#held.has(object)
  }

  /** Whether bytes of an object have to come yet. */
  lacks(object: number): boolean {
    return !this.#held.has(object) && this.#piecesLeft[object] !== 0
  }

  /** The objects that are there and not held. */
  *unverified(): Generator<number> {
    if (this.isWhole) return
    for (const object of range(this.#pack.objectCount)) {
      if (!this.#held.has(object) && this.#piecesLeft[object] === 0) yield object
    }
  }

  /** The pieces that have to come before all of `ids` (default: everything) can be complete. */
  missingPieces(ids?: Iterable<ObjectId>): number[] {
    if (this.isWhole) return []
    const wanted = new Bits(this.#pack.pieceCount)
    for (const object of ids ? this.objects(ids) : range(this.#pack.objectCount)) {
      this.#eachMissing(object, piece => wanted.add(piece))
    }
    return [...range(this.#pack.pieceCount)].filter(piece => wanted.has(piece))
  }

  /** The pieces that have to come before the object `id` can be complete; none when it is held. */
  missingPiecesOf(id: ObjectId): number[] {
    const pieces: number[] = []
    const object = this.isWhole ? undefined : this.#pack.indexOf(id)
    if (object !== undefined) this.#eachMissing(object, piece => pieces.push(piece))
    return pieces
  }

  #eachMissing(object: number, act: (piece: number) => void): void {
    if (this.#held.has(object)) return
    const { first, last } = this.#pack.piecesOfObject(object)
    for (let piece = first; piece <= last; piece += 1) if (!this.#have.has(piece)) act(piece)
  }

  /** A piece has come. */
  add(piece: number): void {
    this.#have.add(piece)
  }

  /** Bytes of an object have come with a piece. @returns whether it lacks nothing more */
  arrived(object: number): boolean {
    const left = (this.#piecesLeft[object] ?? 0) - 1
    this.#piecesLeft[object] = left
    return left <= 0
  }

  /** An object has come as a whole. */
  arrivedWhole(object: number): void {
    this.#piecesLeft[object] = 0
  }

  hold(object: number): void {
    if (this.#held.has(object)) return
    this.#held.add(object)
    this.#heldCount += 1
  }

  /** Objects that were held are not there any more, and with them their pieces. @returns whether there were such */
  lose(ids: Iterable<ObjectId>): boolean {
    const lost = [...this.objects(ids)].filter(object => this.#held.has(object))
    if (lost.length === 0) return false
    this.#release(lost)
    for (const object of lost) for (const piece of this.#piecesOf(object)) this.#lose(piece)
    for (const object of lost) this.#recount(object)
    return true
  }

  /**
   * Objects are not there any more, but for their bytes in `needed` pieces.
   * @returns those of which something is left
   */
  letGo(objects: readonly number[], needed: Bits): number[] {
    this.#release(objects)
    for (const object of objects) {
      for (const piece of this.#piecesOf(object)) if (!needed.has(piece)) this.#lose(piece)
    }
    return objects.filter(object => {
      const { first, last } = this.#pack.piecesOfObject(object)
      return this.#recount(object) <= last - first
    })
  }

  /** Adds the pieces all of whose objects are held, as when they came by another pack. @returns whether there are such */
  regain(): boolean {
    let isNews = false
    for (const piece of range(this.#pack.pieceCount)) {
      if (this.#have.has(piece)) continue
      const { first, last } = this.#pack.objectsOfPiece(piece)
      let isThere = true
      for (let object = first; object <= last && isThere; object += 1) isThere = this.#held.has(object)
      if (!isThere) continue
      this.#have.add(piece)
      isNews = true
    }
    return isNews
  }

  /** The pieces of an object are not there any more; what other objects have of them stays. */
  drop(object: number): void {
    for (const piece of this.#piecesOf(object)) this.#have.delete(piece)
  }

  /** Places of objects; those that the pack has not are left out. */
  *objects(ids: Iterable<ObjectId>): Generator<number> {
    for (const id of ids) {
      const object = this.#pack.indexOf(id)
      if (object !== undefined) yield object
    }
  }

  #release(objects: readonly number[]): void {
    if (this.#piecesLeft.length === 0) this.#piecesLeft = new Uint32Array(this.#pack.objectCount)
    this.#losses += 1
    for (const object of objects) {
      if (!this.#held.has(object)) continue
      this.#held.delete(object)
      this.#heldCount -= 1
    }
  }

  #lose(piece: number): void {
    if (!this.#have.has(piece)) return
    this.#have.delete(piece)
    const { first, last } = this.#pack.objectsOfPiece(piece)
    for (let object = first; object <= last; object += 1) {
      // one that has come whole only waits for its final name
      if (this.lacks(object)) this.#piecesLeft[object] = (this.#piecesLeft[object] ?? 0) + 1
    }
  }

  /** @returns how many pieces of an object are not there */
  #recount(object: number): number {
    let left = 0
    for (const piece of this.#piecesOf(object)) if (!this.#have.has(piece)) left += 1
    this.#piecesLeft[object] = left
    return left
  }

  *#piecesOf(object: number): Generator<number> {
    const { first, last } = this.#pack.piecesOfObject(object)
    for (let piece = first; piece <= last; piece += 1) yield piece
  }
}

function* range(end: number): Generator<number> {
  for (let k = 0; k < end; k += 1) yield k
}

function countPiecesLeft(pack: Pack, have: Bits): Uint32Array {
  const left = new Uint32Array(pack.objectCount)
  for (const object of range(pack.objectCount)) {
    const { first, last } = pack.piecesOfObject(object)
    for (let piece = first; piece <= last; piece += 1) if (!have.has(piece)) left[object] = (left[object] ?? 0) + 1
  }
  return left
}
