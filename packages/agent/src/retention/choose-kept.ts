/** What retention on a mirror looks at, all of one repository. */
export interface KeptSources {
  /** Serials of which every object is here. */
  readonly complete: readonly number[]
  /** Serials that generations are made of, served or spare. */
  readonly checkedOut: readonly number[]
  /** Serials that are to be served when their delay is over. */
  readonly waiting: readonly number[]
  /** The newest serial that the feed has told of: it is being fetched, or will be. */
  readonly newest: number | undefined
  readonly held: number | undefined
  readonly pinned: readonly number[]
  /** So many newest complete ones stay. */
  readonly keep: number
}

/** The serials whose packs and objects stay on a mirror. Pure. */
export function chooseKept({ complete, checkedOut, waiting, newest, held, pinned, keep }: KeptSources): Set<number> {
  const latest = [...complete].sort((a, b) => b - a).slice(0, Math.max(1, keep))
  const named = [newest, held].filter(serial => serial !== undefined)
  return new Set([...latest, ...checkedOut, ...waiting, ...named, ...pinned])
}
