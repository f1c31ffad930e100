import { fileURLToPath } from 'node:url'
import type { TrackerKind } from './kind.ts'

const server = fileURLToPath(new URL('bittorrent-tracker-server.ts', import.meta.url))

export const bittorrentTracker: TrackerKind = {
  name: 'bittorrent-tracker',
  missing: () => undefined,
  command: async (_directory, port, infoHashes) => [process.execPath, server, String(port), infoHashes.join(',')],
}
