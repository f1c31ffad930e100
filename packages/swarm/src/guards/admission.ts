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
 * Whether a new connection is kept. Two peers that connect to each other at the same time have two connections; unless
 * they may have two, both keep the one that was opened by the peer with the lower id, so that they do not close one each.
 */
export function admit<C extends Candidate>(
  candidate: C,
  known: {
    readonly ownId: string
    readonly isBanned: boolean
    readonly isFull: boolean
    readonly connections: Iterable<C>
    /** Connections that this peer may have at once: 1 or 2. */
    readonly lanes: number
  },
): Verdict<C> {
  if (candidate.peerId === known.ownId) return { kind: 'refuse', why: 'self' }
  if (known.isBanned) return { kind: 'refuse', why: 'banned' }
  if (known.isFull) return { kind: 'refuse', why: 'full' }
  const others = [...known.connections].filter(other => other !== candidate && other.peerId === candidate.peerId)
  const [existing] = others
  if (existing === undefined) return { kind: 'keep' }
  const isCrossed = others.every(other => other.isIncoming !== candidate.isIncoming)
  if (isCrossed && others.length < known.lanes) return { kind: 'keep' }
  return isCrossed && isOpenedByLower(candidate, known.ownId)
    ? { kind: 'replace', existing }
    : { kind: 'refuse', why: 'duplicate' }
}

/** Whether the one with the lower id has opened it: the one of two connections that both ends keep. */
export function isOpenedByLower({ peerId, isIncoming }: Candidate, ownId: string): boolean {
  return isIncoming === peerId < ownId
}
