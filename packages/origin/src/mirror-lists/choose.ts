/** A mirror as one of several to choose from. */
export interface Candidate {
  readonly area?: string | undefined
  /** More than 0. */
  readonly weight: number
}

/**
 * The order in which a client shall try mirrors: those of its area first, and among equals one with twice the weight
 * is twice as often before the other. `random` gives numbers in [0, 1). Pure.
 */
export function orderFor<T extends Candidate>(
  candidates: readonly T[],
  area: string | undefined,
  random: () => number,
): T[] {
  // Efraimidis and Spirakis, "Weighted random sampling with a reservoir": the keys are exponentially distributed
  const keyed = candidates.map(candidate => ({ candidate, key: -Math.log(1 - random()) / candidate.weight }))
  const isNear = ({ candidate }: (typeof keyed)[number]) => area !== undefined && candidate.area === area
  return keyed.sort((a, b) => Number(isNear(b)) - Number(isNear(a)) || a.key - b.key).map(({ candidate }) => candidate)
}
