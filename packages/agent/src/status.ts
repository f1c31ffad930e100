import type { AgentStatus, LimitStatus } from '@repocast/api'
import { diskSpace } from '@repocast/files'
import type { Store } from '@repocast/store'
import type { Swarm } from '@repocast/swarm'
import type { Mirror } from './follow/mirror.ts'
import { packReports } from './report/pack-reports.ts'
import { scrubStatus } from './scrub/scrubber.ts'

export interface StatusSources {
  readonly name: string
  readonly publicUrl?: string | undefined
  /** Version of the program. */
  readonly program: string
  readonly started: Date
  readonly clock: () => Date
  readonly swarm: Swarm
  readonly store: Store
  readonly mirrors: readonly Mirror[]
  readonly limits: LimitStatus
  /** The data directory. */
  readonly data: string
}

/** What an agent tells of itself: `/status.json`, and the body of its reports. */
export function agentStatus(sources: StatusSources): AgentStatus {
  const { name, publicUrl, program, started, clock, swarm, store, mirrors, limits, data } = sources
  const { downloadedBytes, uploadedBytes, fromMirrorsBytes, fromOriginBytes, fromWebSeedBytes, ...now } = swarm.status()
  return {
    format: 'repocast agent status',
    version: 1,
    program,
    name,
    time: clock().toISOString(),
    started: started.toISOString(),
    publicUrl: publicUrl ?? null,
    peerId: swarm.peerId,
    repositories: mirrors.map(mirror => mirror.status()),
    downloadedBytes,
    uploadedBytes,
    fromMirrorsBytes,
    fromOriginBytes,
    fromWebSeedBytes,
    downloadRate: Math.round(now.downloadRate),
    uploadRate: Math.round(now.uploadRate),
    peers: now.peers,
    ...(now.dhtNodes !== undefined && { dhtNodes: now.dhtNodes }),
    disk: diskSpace(data) ?? null,
    packs: packReports(swarm),
    scrub: scrubStatus(store),
    limits,
  }
}
