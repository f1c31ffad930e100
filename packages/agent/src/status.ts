import type { AgentStatus } from '@repocast/api'
import type { Swarm } from '@repocast/swarm'
import type { Mirror } from './follow/mirror.ts'

/** What an agent tells of itself: `/status.json`, and the body of its reports. */
export function agentStatus(
  name: string,
  { program, clock }: { readonly program: string; readonly clock: () => Date },
  swarm: Swarm,
  mirrors: readonly Mirror[],
): AgentStatus {
  const { downloadedBytes, uploadedBytes, fromMirrorsBytes, fromOriginBytes, fromWebSeedBytes, peers } = swarm.status()
  return {
    format: 'repocast agent status',
    version: 1,
    program,
    name,
    time: clock().toISOString(),
    repositories: mirrors.map(mirror => mirror.status()),
    downloadedBytes,
    uploadedBytes,
    fromMirrorsBytes,
    fromOriginBytes,
    fromWebSeedBytes,
    peers,
  }
}
