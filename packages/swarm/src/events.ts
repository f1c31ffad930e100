import type { RepocastError } from '@repocast/errors'
import type { InfoHash } from '@repocast/objects'

/** What a swarm tells as it happens. Each event has one argument. */
export interface SwarmEvents {
  /** A piece was verified and written. */
  pieceHeld: [{ readonly infoHash: InfoHash; readonly piece: number; readonly missingPieces: number }]
  /** All that was wanted of a pack is here. */
  packSatisfied: [{ readonly infoHash: InfoHash }]
  peerConnected: [{ readonly infoHash: InfoHash; readonly address: string; readonly role: 'mirror' | 'origin' }]
  peerLost: [{ readonly infoHash: InfoHash; readonly address: string }]
  /** A peer broke the protocol or delivered a wrong piece. */
  peerMisbehaved: [{ readonly infoHash: InfoHash; readonly address: string; readonly what: string }]
  /** The storage failed. After a failed write the pack pauses until `resume`; a failed read is refused to the peer. */
  storageFailed: [
    {
      readonly infoHash: InfoHash
      readonly piece: number
      readonly operation: 'read' | 'write'
      readonly error: RepocastError
    },
  ]
}

export type EmitEvent = <K extends keyof SwarmEvents>(name: K, ...payload: SwarmEvents[K]) => void
