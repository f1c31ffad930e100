import type { PackReport } from '@repocast/api'
import type { Swarm, SwarmPack } from '@repocast/swarm'

/** A report stays small: it names the packs that move most, and of each the peers that gave most. */
const most = { packs: 4, peers: 16 }

/** How the packs move that move most. */
export function packReports(swarm: Swarm): PackReport[] {
  return [...swarm.packs()]
    .filter(pack => pack.peerCount > 0 || pack.missingPieces.size > 0)
    .map(pack => ({ pack, status: pack.status() }))
    .sort((a, b) => movement(b.status) - movement(a.status))
    .slice(0, most.packs)
    .map(({ pack, status }) => ({
      infoHash: pack.infoHash,
      pieces: status.heldPieces === status.pieceCount ? 'all' : Buffer.from(pack.heldBits()).toString('base64'),
      received: receivedFrom(pack),
      webSeedBytes: status.fromWebSeedBytes,
    }))
}

function movement({
  downloadRate,
  uploadRate,
}: {
  readonly downloadRate: number
  readonly uploadRate: number
}): number {
  return downloadRate + uploadRate
}

function receivedFrom(pack: SwarmPack): PackReport['received'] {
  const bytes = new Map<string, number>()
  // A peer may have two connections.
  for (const { peerId, downloadedBytes } of pack.peers()) bytes.set(peerId, (bytes.get(peerId) ?? 0) + downloadedBytes)
  return [...bytes]
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .slice(0, most.peers)
    .map(([peerId, count]) => ({ peerId, bytes: count }))
}
