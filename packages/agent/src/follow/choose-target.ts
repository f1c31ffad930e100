/** What a mirror may serve of a repository. */
export interface TargetSources {
  /** The newest serial that the feed has told of. */
  readonly newest: number | undefined
  readonly served: number | undefined
  /** Serials that are here as a whole. */
  readonly complete: readonly number[]
  /** The serial that the admin lets be served at most. */
  readonly held: number | undefined
}

/**
 * The serial to serve: the newest; of a repository that is held the held one, or what comes next to it and is here. What
 * is served stays when nothing better is known. Pure.
 */
export function chooseTarget({ newest, served, complete, held }: TargetSources): number | undefined {
  if (held === undefined || (newest !== undefined && newest <= held)) return newest
  const allowed = [...complete, ...(served === undefined ? [] : [served])].filter(serial => serial <= held)
  return allowed.length > 0 ? Math.max(...allowed) : served
}
