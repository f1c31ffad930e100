import type { AgentFailure } from '@repocast/api'
import type { Logger } from '@repocast/errors'
import type { Follower, Refreshed } from '@repocast/feed'
import type { RepositoryName, SnapshotRecord } from '@repocast/objects'
import type { Filter } from '@repocast/repositories'
import type { Store } from '@repocast/store'
import type { Swarm } from '@repocast/swarm'
import type { FreeSpaceGuard } from '../guards/free-space.ts'
import type { WipeGuard } from '../guards/wipe-guard.ts'
import type { FollowUp } from '../hooks/follow-up.ts'
import type { Hooks } from '../hooks/hooks.ts'
import type { SwapDelay } from '../rollout/swap-delay.ts'
import type { TraceFile } from '../trace/trace-file.ts'

/** What a mirror keeps, and what it refuses. */
export interface MirrorPolicy {
  /** So many snapshots stay complete, with the one that is served. */
  readonly keepGenerations: number
  readonly freeSpace: FreeSpaceGuard
  readonly wipeGuard: WipeGuard
}

/** Who is told of what a mirror does. */
export interface MirrorListeners {
  /** Called whenever the status has changed in more than its progress. */
  readonly onChange: () => void
  /** Called when an update has failed. */
  readonly onFailure: (failure: AgentFailure) => void
  /** Called when the feed has told anything new. */
  readonly onNews: (repository: RepositoryName, news: Refreshed) => void
}

export interface MirrorOptions extends MirrorListeners {
  /** The symbolic link that web servers serve, absolute. */
  readonly servedPath: string
  /** Whether it is fetched before others that are not. */
  readonly isUrgent: boolean
  /** What is mirrored; undefined: all. */
  readonly filter?: Filter | undefined
  /** Whether a snapshot is held against the rules for repositories before it is served. */
  readonly isChecked: boolean
  /** How long files that a new snapshot removed stay. */
  readonly keepRemovedSeconds: number
  readonly store: Store
  readonly swarm: Swarm
  readonly follower: Follower
  readonly policy: MirrorPolicy
  /** Commands of the admin that are asked before a transfer and a swap. */
  readonly hooks: Hooks
  /** What is done after swaps and failures. */
  readonly followUp: FollowUp
  readonly delay: SwapDelay
  readonly trace: TraceFile
  readonly clock: () => Date
  readonly logger: Logger
}

/** What an update did. */
export interface UpdateResult {
  readonly record: SnapshotRecord
  /** Whether the served path was moved. */
  readonly swapped: boolean
}
