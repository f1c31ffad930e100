import type { AgentStatus } from '@repocast/api'
import { collectedGauges, type Registry } from '@repocast/daemon'

/** Every metric of an agent. */
export function createAgentMetrics(status: () => AgentStatus): Registry {
  return collectedGauges(status, [
    {
      name: 'repocast_agent_serial',
      help: 'Serial that is served.',
      labels: ['repository'],
      collect: (gauge, now) => {
        for (const { name, serial } of now.repositories) gauge.set({ repository: name }, serial ?? 0)
      },
    },
    {
      name: 'repocast_agent_newest_serial',
      help: 'Newest serial that the feed has told of.',
      labels: ['repository'],
      collect: (gauge, now) => {
        for (const { name, newestSerial } of now.repositories) gauge.set({ repository: name }, newestSerial ?? 0)
      },
    },
    {
      name: 'repocast_agent_failed',
      help: 'Whether the last update failed.',
      labels: ['repository'],
      collect: (gauge, now) => {
        for (const { name, state } of now.repositories) gauge.set({ repository: name }, Number(state === 'failed'))
      },
    },
    {
      name: 'repocast_agent_refused',
      help: 'Whether the newest snapshot is not served because clients could not use it.',
      labels: ['repository'],
      collect: (gauge, now) => {
        for (const { name, error } of now.repositories)
          gauge.set({ repository: name }, Number(error?.code === 'REPOCAST_SNAPSHOT_BROKEN'))
      },
    },
    {
      name: 'repocast_agent_downloaded_bytes',
      help: 'Bytes of packs taken from peers and web seeds since the start.',
      collect: (gauge, now) => gauge.set(now.downloadedBytes),
    },
    {
      name: 'repocast_agent_uploaded_bytes',
      help: 'Bytes of packs given to peers since the start.',
      collect: (gauge, now) => gauge.set(now.uploadedBytes),
    },
    {
      name: 'repocast_agent_damage_found',
      help: 'Damaged objects and files that a scrub has found, ever.',
      collect: (gauge, { scrub }) => gauge.set(scrub?.found ?? 0),
    },
    {
      name: 'repocast_agent_damage_healed',
      help: 'Those of them that were healed.',
      collect: (gauge, { scrub }) => gauge.set(scrub?.healed ?? 0),
    },
    {
      name: 'repocast_agent_objects_lost',
      help: 'Objects that are damaged and not healed yet.',
      collect: (gauge, { scrub }) => gauge.set(scrub?.lost ?? 0),
    },
    {
      name: 'repocast_agent_scrub_finished_seconds',
      help: 'When the last scrub ended, in seconds since 1970; 0: none did.',
      collect: (gauge, { scrub }) => gauge.set(scrub?.finished ? Date.parse(scrub.finished) / 1000 : 0),
    },
    { name: 'repocast_agent_peers', help: 'Connected peers.', collect: (gauge, now) => gauge.set(now.peers) },
  ])
}
