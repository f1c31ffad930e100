import type { AgentStatus } from '@repocast/api'
import { Gauge, Registry } from '@repocast/daemon'

/** Every metric of an agent; values are taken when somebody asks. */
export function createAgentMetrics(status: () => AgentStatus): Registry {
  const registry = new Registry()
  const gauge = (
    name: string,
    help: string,
    labelNames: readonly string[],
    collect: (gauge: Gauge, now: AgentStatus) => void,
  ) => {
    const made: Gauge = new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [registry],
      collect() {
        this.reset()
        collect(made, status())
      },
    })
  }
  gauge('repocast_agent_serial', 'Serial that is served.', ['repository'], (made, { repositories }) => {
    for (const { name, serial } of repositories) made.set({ repository: name }, serial ?? 0)
  })
  gauge('repocast_agent_newest_serial', 'Newest serial that the feed has told of.', ['repository'], (made, now) => {
    for (const { name, newestSerial } of now.repositories) made.set({ repository: name }, newestSerial ?? 0)
  })
  gauge('repocast_agent_failed', 'Whether the last update failed.', ['repository'], (made, { repositories }) => {
    for (const { name, state } of repositories) made.set({ repository: name }, Number(state === 'failed'))
  })
  gauge(
    'repocast_agent_downloaded_bytes',
    'Bytes of packs taken from peers and web seeds since the start.',
    [],
    (made, now) => made.set(now.downloadedBytes),
  )
  gauge('repocast_agent_uploaded_bytes', 'Bytes of packs given to peers since the start.', [], (made, now) =>
    made.set(now.uploadedBytes),
  )
  gauge('repocast_agent_peers', 'Connected peers.', [], (made, now) => made.set(now.peers))
  return registry
}
