import type { FileRange, HashPool } from '@repocast/files'
import type { Pack } from '@repocast/packs'
import type { Layout } from '../layout.ts'

/** Whether the bytes of a piece, as they lie in the files of its objects, are those that its torrent says. */
export async function verifyPiece(
  pack: Pack,
  piece: number,
  isHeld: (object: number) => boolean,
  { layout, hashPool }: { readonly layout: Layout; readonly hashPool: HashPool },
): Promise<boolean> {
  const ranges = pack.rangesOfPiece(piece).map(({ object, objectOffset, length }): FileRange => {
    const id = pack.objectId(object)
    const path = isHeld(object) ? layout.object(id) : layout.partialObject(id)
    return { path, offset: objectOffset, length }
  })
  return (await hashPool.sha1Ranges(ranges)) === pack.pieceHash(piece).toString('hex')
}
