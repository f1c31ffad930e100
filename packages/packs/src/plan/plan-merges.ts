import type { InfoHash } from '@repocast/objects'
import { defaultPackLimits, type PackLimits } from './entry.ts'

/** A pack and what a snapshot needs of it. Bytes and numbers of objects. */
export interface PackLoad {
  readonly infoHash: InfoHash
  readonly bytes: number
  readonly objects: number
  readonly liveBytes: number
  readonly liveObjects: number
}

/** A pack of which more than this share of its bytes is dead is packed anew. */
const mostDead = 1 / 3

/** A pack that is filled so far is not merged any more. */
const filled = 1 / 2

/**
 * Which packs a snapshot shall give up, so that what it needs of them is packed anew together: those that hold too many
 * dead bytes, and as many of the small ones as it takes until each pack that is left holds at least as much as all
 * smaller ones together (as `git repack --geometric=2` does). So few packs are left, about the binary logarithm of how
 * much a full one holds more than the smallest, and each object is packed anew that seldom, too. Pure.
 */
export function planMerges(loads: readonly PackLoad[], limits: PackLimits = defaultPackLimits): InfoHash[] {
  const isWorn = ({ bytes, liveBytes }: PackLoad) => bytes - liveBytes > bytes * mostDead
  const fill = ({ liveBytes, liveObjects }: PackLoad) =>
    Math.max(liveBytes / limits.maxBytes, liveObjects / limits.maxObjects)
  const dead = loads.filter(({ liveObjects }) => liveObjects === 0)
  const worn = loads.filter(load => load.liveObjects > 0 && isWorn(load))
  const small = loads
    .filter(load => load.liveObjects > 0 && !isWorn(load) && fill(load) < filled)
    .sort((a, b) => fill(a) - fill(b))
  let sum = worn.reduce((filling, load) => filling + fill(load), 0)
  let merged = 0
  for (const [k, load] of small.entries()) {
    if (sum > 0 && fill(load) < sum) merged = k + 1
    sum += fill(load)
  }
  return [...dead, ...worn, ...small.slice(0, merged)].map(({ infoHash }) => infoHash)
}
