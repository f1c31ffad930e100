/**
 * Packs: objects laid end to end and shared as one torrent. `planPacks` decides what goes where, `makeTorrent` turns
 * a plan into a .torrent that any BitTorrent client opens, `parsePack` opens such a .torrent as a `Pack`, the flat
 * view that maps pieces to objects, and `slimTorrent` is what webtorrent is handed of it.
 * Nothing here touches a disk or a socket.
 */

export type { Pack, PieceRange } from './pack/pack.ts'
export { RestingPack } from './pack/resting-pack.ts'
export { defaultPackLimits, type PackEntry } from './plan/entry.ts'
export { type IsVolatile, inPackOrder, packGroup } from './plan/pack-order.ts'
export { type PackLoad, planMerges } from './plan/plan-merges.ts'
export { planPacks } from './plan/plan-packs.ts'
export { packReference } from './reference.ts'
export { maxTorrentBytes } from './torrent/layout.ts'
export { makeTorrent } from './torrent/make-torrent.ts'
export { parsePack, rereadPack } from './torrent/parse-pack.ts'
export { slimTorrent } from './torrent/slim-torrent.ts'
export { readTorrentName, type TorrentName } from './torrent/torrent-name.ts'
