/**
 * Which of two peers of a site goes on when both have begun the same piece from outside: the same answer at both, and
 * each wins about half of the pieces.
 */
export function outranks(ownId: string, otherId: string, piece: number): boolean {
  const [own, other] = [rank(ownId, piece), rank(otherId, piece)]
  return own === other ? ownId > otherId : own > other
}

/** FNV-1a over the id and the piece. */
function rank(id: string, piece: number): number {
  let hash = 0x811c9dc5
  for (const character of `${id} ${piece}`) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0
  return hash
}
