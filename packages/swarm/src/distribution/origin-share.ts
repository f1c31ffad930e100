/** What is known when it is decided whether the origin is asked for pieces that mirrors have too. */
export interface OriginShareInput {
  /** Bytes that mirrors have and that nobody was asked for yet. */
  readonly waitingAtMirrorsBytes: number
  /** What all mirrors together deliver to us, bytes per second. */
  readonly mirrorRate: number
  /** Seconds since it was last true that mirrors alone are quick enough. */
  readonly slowForSeconds: number
}

/** Mirrors are given so long to catch up before the origin is asked for what they have. */
const patienceSeconds = 2

/** Mirrors that would need longer than this for what they have are too slow alone. */
const horizonSeconds = 3

/** Whether mirrors alone will take too long for what they have. */
export function areMirrorsSlow({ waitingAtMirrorsBytes, mirrorRate }: OriginShareInput): boolean {
  return waitingAtMirrorsBytes > mirrorRate * horizonSeconds
}

/**
 * Whether the origin is asked for what mirrors have too. Its uplink carries what nobody else can give; only where
 * the mirrors' uplinks are the narrow place for longer than a moment does a second copy from the origin save time.
 */
export function shouldOriginHelp(input: OriginShareInput): boolean {
  return areMirrorsSlow(input) && input.slowForSeconds > patienceSeconds
}
