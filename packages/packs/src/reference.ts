import { objectIdOf, type PackReference } from '@repocast/objects'
import type { Pack } from './pack/pack.ts'

/** How a snapshot record names the pack that the bytes of a .torrent describe. */
export function packReference(torrent: Uint8Array, pack: Pack): PackReference {
  const { infoHash, bytes, objectCount } = pack
  return { infoHash, torrentId: objectIdOf(torrent), torrentBytes: torrent.length, bytes, objects: objectCount }
}
