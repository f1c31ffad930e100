import { aria2 } from './aria2.ts'
import type { TorrentClient } from './client.ts'
import { libtorrent } from './libtorrent.ts'

export type { Download, DownloadJob, TorrentClient } from './client.ts'
export { aria2, libtorrent }

/** All of them, for scenarios that every client must pass. */
export const torrentClients: readonly TorrentClient[] = [aria2, libtorrent]
