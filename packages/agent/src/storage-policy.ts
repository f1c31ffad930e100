import { parseBytes, parseShare } from '@repocast/daemon'
import type { AgentConfiguration } from './configuration.ts'
import type { Reserve } from './guards/free-space.ts'

/** What mirrors keep and refuse. */
export interface StoragePolicy {
  /** So many snapshots stay complete, with the one that is served. */
  readonly keepGenerations: number
  readonly reserve: Reserve
  /** Share of files, from 0 to 1, that a snapshot may remove. */
  readonly wipeShare: number
}

/** For who fetches once, and looks at it. */
export const onceOnly: StoragePolicy = { keepGenerations: 1, reserve: { bytes: 0 }, wipeShare: 1 }

/** What the configuration says. @throws RepocastError REPOCAST_QUANTITY_MALFORMED */
export function storagePolicy(configuration: AgentConfiguration): StoragePolicy {
  const { 'keep-generations': keepGenerations, reserve, 'wipe-guard': wipeGuard } = configuration
  return {
    keepGenerations,
    reserve: reserve.endsWith('%') ? { share: parseShare(reserve) } : { bytes: parseBytes(reserve) },
    wipeShare: parseShare(wipeGuard),
  }
}
