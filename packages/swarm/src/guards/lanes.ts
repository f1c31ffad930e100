import { isOurs } from '../webtorrent/peer-id.ts'
import { type Candidate, isOpenedByLower } from './admission.ts'

/** Up to so many peers, those of ours get a second connection. */
const fewPeers = 8

/**
 * How many connections about one pack a peer may have with us, who has these. One TCP connection carries little over a
 * long or lossy line, and nothing while it mends a loss; where many peers share the work, each has enough with one, and
 * two of each would be in each other's way.
 */
export function lanesFor({ peerId }: Candidate, connections: readonly Candidate[]): number {
  return isOurs(peerId) && hasFewPeers(connections) ? 2 : 1
}

/** Second connections that are to be closed since there are many peers now; both ends choose the same ones. */
export function superfluousLanes<C extends Candidate>(connections: readonly C[], ownId: string): C[] {
  if (hasFewPeers(connections)) return []
  const isDouble = ({ peerId }: C) => connections.filter(other => other.peerId === peerId).length > 1
  return connections.filter(connection => !isOpenedByLower(connection, ownId) && isDouble(connection))
}

function hasFewPeers(connections: readonly Candidate[]): boolean {
  return new Set(connections.map(({ peerId }) => peerId)).size <= fewPeers
}
