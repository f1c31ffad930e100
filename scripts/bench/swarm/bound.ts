import type { AccessLine } from '../lab/hosts.ts'

const bytesPerMbit = 125_000

/**
 * The shortest time, in seconds, in which `bytes` can reach all mirrors: max(F/u_origin, F/d_min, M F/(u_origin + sum
 * of u_mirrors)) (Kumar and Ross, "Peer-assisted file distribution: the minimum distribution time"). It knows no
 * headers: a perfect sender gets 1.04 of it.
 */
export function shortestSeconds(bytes: number, [origin, ...mirrors]: readonly AccessLine[]): number {
  if (origin === undefined) return 0
  const slowest = Math.min(...mirrors.map(({ down }) => down))
  const uplinks = mirrors.reduce((sum, { up }) => sum + up, origin.up)
  const perMbit = Math.max(1 / origin.up, 1 / slowest, mirrors.length / uplinks)
  return (bytes * perMbit) / bytesPerMbit
}
