import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from '@repocast/database'
import { parseObjectId } from '@repocast/objects'
import type { Pack } from '@repocast/packs'
import { toObjectId } from '../catalog/catalog.ts'
import { Layout } from '../layout.ts'
import { Bits } from './bitfield.ts'
import { PackStorage, type PieceSurroundings } from './pack-storage.ts'
import { verifyPiece } from './verify-piece.ts'

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
  const { committer } = surroundings
  for (;;) {
    const { changes } = committer
    const held = findHeld(pack, packNumber, catalog)
    const have = await findPieces(pack, packNumber, held, catalog, surroundings)
    // what another pack has brought meanwhile, or was lost, is looked at again
    if (committer.changes !== changes) continue
    const storage = new PackStorage(pack, packNumber, surroundings, have, held)
    committer.open(storage)
    storage.finishComplete()
    return storage
  }
}

async function findPieces(
  pack: Pack,
  packNumber: number,
  held: Bits,
  catalog: Database,
  surroundings: PieceSurroundings,
): Promise<Bits> {
  if (held.count === pack.objectCount) return Bits.full(pack.pieceCount)
  const partials = findPartials(pack, surroundings)
  const recorded = readRecorded(pack, packNumber, catalog)
  const have = new Bits(pack.pieceCount)
  for (let piece = 0; piece < pack.pieceCount; piece += 1) {
    if (await hasPiece(pack, piece, held, partials, recorded, surroundings)) have.add(piece)
  }
  return have
}

/** By one question, and none for each object where all are there, as at most starts. */
function findHeld(pack: Pack, packNumber: number, catalog: Database): Bits {
  const from = 'FROM pack_objects JOIN objects ON objects.id = pack_objects.object WHERE pack = ?'
  const count = catalog.prepare<[number], { held: number }>(`SELECT count(*) AS held ${from}`).get(packNumber)?.held
  if (count === pack.objectCount) return Bits.full(pack.objectCount)
  const held = new Bits(pack.objectCount)
  if (count === 0) return held
  const rows = catalog.prepare<[number], { object: Buffer }>(`SELECT object ${from}`).iterate(packNumber)
  for (const { object } of rows) held.add(pack.indexOf(toObjectId(object)) ?? 0)
  return held
}

/** A name in one of the directories by the first two digits. */
const whole = /^[0-9a-f]{62}$/

/** Objects of which some bytes lie in partial files: by what is there, since there are few of them. */
function findPartials(pack: Pack, { layout }: PieceSurroundings): Bits {
  const partials = new Bits(pack.objectCount)
  for (const digits of Layout.fanOut) {
    for (const name of readdirSync(join(layout.partial, digits))) {
      const object = whole.test(name) ? pack.indexOf(parseObjectId(digits + name)) : undefined
      if (object !== undefined) partials.add(object)
    }
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
  return whole || recorded.has(piece) || (await verifyPiece(pack, piece, object => held.has(object), surroundings))
}
