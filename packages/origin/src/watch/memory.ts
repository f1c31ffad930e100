import type { RepositoryName } from '@repocast/objects'
import type { PublishLog } from '../publish/publish-log.ts'

/** Remembers over restarts what was published last of watched trees. */
export interface WatchMemory {
  /** Fingerprint of what was published last of the tree at `tree`; undefined when nobody knows. */
  published(repository: RepositoryName, tree: string): string | undefined
  /** `serial` is the newest snapshot of the repository behind the publish. */
  remember(repository: RepositoryName, tree: string, fingerprint: string, serial: number): void
}

/**
 * Remembers in the log of publishes. What it knows counts as long as the snapshot is there that it was made for: an
 * origin that was brought back from an old backup publishes again.
 */
export function lastingMemory(
  log: PublishLog,
  newestSerial: (repository: RepositoryName) => number | undefined,
): WatchMemory {
  return {
    published(repository, tree) {
      const known = log.watched(repository)
      const isThere = known && known.tree === tree && known.serial <= (newestSerial(repository) ?? 0)
      return isThere ? known.fingerprint : undefined
    },
    remember: (repository, tree, fingerprint, serial) => log.setWatched(repository, { tree, fingerprint, serial }),
  }
}
