import { createHash } from 'node:crypto'

/** How long a mirror waits before it serves what is new. */
export interface DelayPolicy {
  readonly delaySeconds: number
  /** Up to so many seconds more, the same for one mirror and snapshot always. */
  readonly jitterSeconds: number
  /** What the jitter is made of, with repository and serial. */
  readonly mirror: string
}

export const noDelay: DelayPolicy = { delaySeconds: 0, jitterSeconds: 0, mirror: '' }

export interface DelayedSnapshot {
  readonly repository: string
  readonly serial: number
  /** Milliseconds since 1970. */
  readonly published: number
  /** When this mirror was told that it is the one to have, milliseconds since 1970. */
  readonly learned: number
}

/**
 * When a snapshot may be served, in milliseconds since 1970: the delay begins when it was published, so that mirrors with
 * one delay swap together, and who was away does not wait again. With a channel it begins when the mirror was told.
 * An origin whose clock is ahead makes nobody wait longer. Pure.
 */
export function dueTime(
  { delaySeconds, jitterSeconds, mirror }: DelayPolicy,
  { repository, serial, published, learned }: DelayedSnapshot,
  isPromoted: boolean,
): number {
  const begin = isPromoted ? learned : Math.min(published, learned)
  const hash = createHash('sha256').update(`${mirror}\n${repository}\n${serial}`).digest()
  const jitter = jitterSeconds * 1000 * (hash.readUInt32BE(0) / 2 ** 32)
  return begin + delaySeconds * 1000 + Math.floor(jitter)
}
