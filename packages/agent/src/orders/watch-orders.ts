import { setTimeout as sleep } from 'node:timers/promises'
import { dataVersion } from '@repocast/database'
import type { RepositoryName } from '@repocast/objects'
import type { Store } from '@repocast/store'

export interface Ordered {
  readonly repository: RepositoryName
  /** The admin wants something else than before. */
  readonly onChange: () => void
}

const lookMilliseconds = 250

/**
 * Tells of orders that commands give while the agent runs: they write them into the catalog, and SQLite tells by a
 * counter that somebody else has committed, so that looking costs nothing. `onScrub` is called when a round of the scrub is
 * asked for. Until the signal. Throws what the catalog does.
 */
export async function watchOrders(
  { catalog, orders, scrubLog }: Store,
  all: readonly Ordered[],
  onScrub: () => void,
  signal: AbortSignal,
): Promise<void> {
  let scrubOrdered = scrubLog.get().ordered
  const known = new Map(all.map(({ repository }) => [repository, JSON.stringify(orders.of(repository))]))
  for (let version = dataVersion(catalog); !signal.aborted; ) {
    await sleep(lookMilliseconds, undefined, { signal }).catch(() => {})
    const now = dataVersion(catalog)
    if (signal.aborted || now === version) continue
    version = now
    const { ordered } = scrubLog.get()
    if (ordered !== scrubOrdered && ordered !== null) onScrub()
    scrubOrdered = ordered
    for (const { repository, onChange } of all) {
      const text = JSON.stringify(orders.of(repository))
      if (known.get(repository) === text) continue
      known.set(repository, text)
      onChange()
    }
  }
}
