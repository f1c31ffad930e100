import type { AgentActivity, AgentPeer } from '@repocast/api'
import type { PeerStatus } from '@repocast/swarm'

/** More are no list that anybody reads. */
const maxPeers = 100

export interface ActivitySources {
  readonly limits: AgentActivity['limits']
  readonly connections: readonly PeerStatus[]
  readonly failures: AgentActivity['failures']
}

/** What the agent's page shows besides the status. Pure. */
export function agentActivity({ limits, connections, failures }: ActivitySources): AgentActivity {
  const byPeer = Map.groupBy(connections, connection => connection.peerId)
  const peers = [...byPeer.values()].map(peerOf)
  const movement = (peer: AgentPeer) => peer.downloadRate + peer.uploadRate
  peers.sort((a, b) => movement(b) - movement(a) || b.downloadedBytes - a.downloadedBytes)
  return {
    format: 'repocast agent activity',
    version: 1,
    limits,
    peers: peers.slice(0, maxPeers),
    failures,
  }
}

function peerOf(connections: readonly PeerStatus[]): AgentPeer {
  const sum = (value: (connection: PeerStatus) => number) =>
    Math.round(connections.reduce((total, connection) => total + value(connection), 0))
  return {
    client: connections[0]?.client ?? '',
    kind: connections.some(({ role }) => role === 'origin') ? 'origin' : 'mirror',
    packs: new Set(connections.map(({ infoHash }) => infoHash)).size,
    downloadedBytes: sum(one => one.downloadedBytes),
    uploadedBytes: sum(one => one.uploadedBytes),
    downloadRate: sum(one => one.downloadRate),
    uploadRate: sum(one => one.uploadRate),
  }
}
