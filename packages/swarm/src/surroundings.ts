import type { Logger } from '@repocast/errors'
import type { Trackers } from './announce/trackers.ts'
import type { Clock } from './clock.ts'
import type { EmitEvent } from './events.ts'
import type { Bans } from './guards/bans.ts'
import type { DialPace } from './guards/dial-pace.ts'
import type { PeerFilter } from './guards/peer-filter.ts'
import type { Backlog } from './limits/backlog.ts'
import type { Budgets } from './limits/budgets.ts'
import type { SwarmLimits } from './limits/limits.ts'
import type { Random } from './picker/random.ts'
import type { Site } from './site.ts'
import type { Fetch } from './webseed/fetch-range.ts'
import type { PeerClient } from './webtorrent/client.ts'

/** What all packs of a swarm share. */
export interface Surroundings {
  readonly role: 'origin' | 'mirror'
  readonly client: PeerClient
  readonly trackers: Trackers
  readonly limits: SwarmLimits
  readonly budgets: Budgets
  readonly site: Site
  /** What waits for the storage, of all packs. */
  readonly backlog: Backlog
  readonly clock: Clock
  readonly random: Random
  readonly fetch: Fetch
  readonly logger: Logger
  readonly bans: Bans
  /** Who is met at all. */
  readonly filter: PeerFilter
  /** Spreads the opening of connections. */
  readonly dialPace: DialPace
  /** Addresses at which we reached ourselves. */
  readonly ownAddresses: Set<string>
  readonly emit: EmitEvent
  /** Whether no further connection may be kept. */
  isFull(): boolean
}
