/** What is known of a connection when it is decided whether to keep it. */
export interface Candidate {
  readonly peerId: string
  readonly isIncoming: boolean
}

export type Verdict<C> =
  | { readonly kind: 'keep' }
  /** Keep the new one and close `existing`. */
  | { readonly kind: 'replace'; readonly existing: C }
  | { readonly kind: 'refuse'; readonly why: 'self' | 'banned' | 'full' | 'duplicate' }

/**
 * Whether a new connection is kept. Two peers that connect to each other at the same time have two connections; both
 * keep the one that was opened by the peer with the lower id, so that they do not close one each.
 */
export function admit<C extends Candidate>(
  candidate: C,
  known: {
    readonly ownId: string
    readonly isBanned: boolean
    readonly isFull: boolean
    readonly connections: Iterable<C>
  },
): Verdict<C> {
  if (candidate.peerId === known.ownId) return { kind: 'refuse', why: 'self' }
  if (known.isBanned) return { kind: 'refuse', why: 'banned' }
  if (known.isFull) return { kind: 'refuse', why: 'full' }
  for (const existing of known.connections) {
    if (existing === candidate || existing.peerId !== candidate.peerId) continue
    const isOpenedByLower = candidate.isIncoming === candidate.peerId < known.ownId
    const isCrossed = existing.isIncoming !== candidate.isIncoming
    return isCrossed && isOpenedByLower ? { kind: 'replace', existing } : { kind: 'refuse', why: 'duplicate' }
  }
  return { kind: 'keep' }
}
