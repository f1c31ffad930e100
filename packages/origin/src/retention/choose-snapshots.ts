/** How many snapshots stay, and for how long. */
export interface Keep {
  /** The newest ones, at least one. */
  readonly snapshots: number
  /** Those that were published within so many days. */
  readonly days: number
}

/** A published snapshot, as far as retention looks at it. */
export interface DatedSnapshot {
  readonly serial: number
  /** When it was published, ISO 8601. */
  readonly created: string
}

const dayMilliseconds = 24 * 60 * 60 * 1000

/**
 * The serials of one repository that stay: the newest, those that `keep` names by number or age, and those that
 * people have given a name. Pure.
 */
export function chooseSnapshots(
  snapshots: readonly DatedSnapshot[],
  keep: Keep,
  named: ReadonlySet<number>,
  now: Date,
): Set<number> {
  const newestFirst = [...snapshots].sort((a, b) => b.serial - a.serial)
  const oldest = now.getTime() - keep.days * dayMilliseconds
  const stays = ({ serial, created }: DatedSnapshot, place: number): boolean =>
    place < Math.max(1, keep.snapshots) || Date.parse(created) > oldest || named.has(serial)
  return new Set(newestFirst.filter(stays).map(({ serial }) => serial))
}
