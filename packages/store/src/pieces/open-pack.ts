import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Database } from '@repocast/database'
import { type FileRange, isThere } from '@repocast/files'
import type { Pack } from '@repocast/packs'
import { Bits } from './bitfield.ts'
import { PackStorage, type PieceSurroundings } from './pack-storage.ts'

/**
 * Opens the pieces of a pack. What is held is known from the objects; of the rest, recorded pieces are trusted as
 * long as their partial files are there, and pieces that may have been written without being recorded (a crash)
 * are hashed. So no finished piece is fetched again, and nothing is hashed when all is in order.
 */
export async function openPackStorage(
  pack: Pack,
  packNumber: number,
  catalog: Database,
  surroundings: PieceSurroundings,
): Promise<PackStorage> {
  const held = holdsAll(pack, packNumber, catalog) ? full(pack.objectCount) : await findHeld(pack, surroundings)
  const partials = await findPartials(pack, held, surroundings)
  const recorded = readRecorded(pack, packNumber, catalog)
  const have = new Bits(pack.pieceCount)
  for (let piece = 0; piece < pack.pieceCount; piece += 1) {
    if (await hasPiece(pack, piece, held, partials, recorded, surroundings)) have.add(piece)
  }
  const storage = new PackStorage(pack, packNumber, surroundings, have, held)
  storage.finishComplete()
  return storage
}

/** Whether the catalog knows every object of the pack: one question for packs that are complete, as most are at a start. */
function holdsAll(pack: Pack, packNumber: number, catalog: Database): boolean {
  const count = catalog.prepare<[number], { held: number }>(
    'SELECT count(*) AS held FROM pack_objects JOIN objects ON objects.id = pack_objects.object WHERE pack = ?',
  )
  return count.get(packNumber)?.held === pack.objectCount
}

function full(count: number): Bits {
  const bits = new Bits(count)
  for (let k = 0; k < count; k += 1) bits.add(k)
  return bits
}

/** Objects that are looked at before the event loop gets its turn. */
const objectsPerTurn = 500

async function findHeld(pack: Pack, { objects }: PieceSurroundings): Promise<Bits> {
  const held = new Bits(pack.objectCount)
  for (let k = 0; k < pack.objectCount; k += 1) {
    const id = pack.objectId(k)
    if (objects.has(id) || objects.find(id, pack.objectBytes(k))) held.add(k)
    if (k % objectsPerTurn === 0) await nextTurn()
  }
  return held
}

async function findPartials(pack: Pack, held: Bits, { layout }: PieceSurroundings): Promise<Bits> {
  const partials = new Bits(pack.objectCount)
  for (let k = 0; k < pack.objectCount; k += 1) {
    if (!held.has(k) && isThere(layout.partialObject(pack.objectId(k)))) partials.add(k)
    if (k % objectsPerTurn === 0) await nextTurn()
  }
  return partials
}

function readRecorded(pack: Pack, packNumber: number, catalog: Database): Bits {
  const select = catalog.prepare<[number], { have: Buffer }>('SELECT have FROM pieces WHERE pack = ?')
  const have = select.get(packNumber)?.have
  const length = Math.ceil(pack.pieceCount / 8)
  return new Bits(pack.pieceCount, have?.length === length ? have : undefined)
}

async function hasPiece(
  pack: Pack,
  piece: number,
  held: Bits,
  partials: Bits,
  recorded: Bits,
  surroundings: PieceSurroundings,
): Promise<boolean> {
  const { first, last } = pack.objectsOfPiece(piece)
  let whole = true
  for (let k = first; k <= last; k += 1) {
    if (held.has(k)) continue
    if (!partials.has(k)) return false
    whole = false
  }
  return whole || recorded.has(piece) || (await verifies(pack, piece, held, surroundings))
}

async function verifies(
  pack: Pack,
  piece: number,
  held: Bits,
  { layout, hashPool }: PieceSurroundings,
): Promise<boolean> {
  const ranges = pack.rangesOfPiece(piece).map(({ object, objectOffset, length }): FileRange => {
    const id = pack.objectId(object)
    const path = held.has(object) ? layout.object(id) : layout.partialObject(id)
    return { path: Buffer.from(path), offset: objectOffset, length }
  })
  return (await hashPool.sha1Ranges(ranges)) === pack.pieceHash(piece).toString('hex')
}
