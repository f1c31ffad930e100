import type { AgentStatus, LimitStatus } from '@repocast/api'
import { collectedMetrics, type Registry } from '@repocast/daemon'

/** Every metric of an agent. */
export function createAgentMetrics(status: () => AgentStatus): Registry {
  return collectedMetrics(status, [
    {
      name: 'repocast_agent_serial',
      help: 'Serial that is served.',
      labels: ['repository'],
      collect: (values, now) => {
        for (const { name, serial } of now.repositories) values.set({ repository: name }, serial ?? 0)
      },
    },
    {
      name: 'repocast_agent_newest_serial',
      help: 'Newest serial that the feed has told of.',
      labels: ['repository'],
      collect: (values, now) => {
        for (const { name, newestSerial } of now.repositories) values.set({ repository: name }, newestSerial ?? 0)
      },
    },
    {
      name: 'repocast_agent_lag_seconds',
      help: 'Since when something newer than what is served could be; 0: nothing is newer.',
      labels: ['repository'],
      collect: (values, now) => {
        for (const { name, lagSeconds } of now.repositories) values.set({ repository: name }, lagSeconds ?? 0)
      },
    },
    {
      name: 'repocast_agent_feed_read_timestamp_seconds',
      help: 'When the feed was read and verified last, in seconds since 1970; 0: not since the start.',
      labels: ['repository'],
      collect: (values, now) => {
        for (const { name, looked } of now.repositories)
          values.set({ repository: name }, looked ? Date.parse(looked) / 1000 : 0)
      },
    },
    {
      name: 'repocast_agent_wanted_bytes',
      help: 'Bytes that the snapshot to have still lacks, while it is fetched.',
      labels: ['repository'],
      collect: (values, now) => {
        for (const { name, bytesDone, bytesWanted, state } of now.repositories)
          values.set({ repository: name }, state === 'fetching' ? bytesWanted - bytesDone : 0)
      },
    },
    {
      name: 'repocast_agent_repository_downloaded_bytes_total',
      help: 'Bytes of the packs of a repository taken from peers and web seeds since the start.',
      labels: ['repository'],
      collect: (values, now) => {
        for (const { name, downloadedBytes } of now.repositories) values.set({ repository: name }, downloadedBytes ?? 0)
      },
    },
    {
      name: 'repocast_agent_repository_uploaded_bytes_total',
      help: 'Bytes of the packs of a repository given to peers since the start.',
      labels: ['repository'],
      collect: (values, now) => {
        for (const { name, uploadedBytes } of now.repositories) values.set({ repository: name }, uploadedBytes ?? 0)
      },
    },
    {
      name: 'repocast_agent_repository_peers',
      help: 'Peers that are connected about the packs of a repository.',
      labels: ['repository'],
      collect: (values, now) => {
        for (const { name, peers } of now.repositories) values.set({ repository: name }, peers ?? 0)
      },
    },
    {
      name: 'repocast_agent_failed',
      help: 'Whether the last update failed.',
      labels: ['repository'],
      collect: (values, now) => {
        for (const { name, state } of now.repositories) values.set({ repository: name }, Number(state === 'failed'))
      },
    },
    {
      name: 'repocast_agent_paused',
      help: 'Whether an update waits until the disk is mended or has room, or an admin agrees.',
      labels: ['repository'],
      collect: (values, now) => {
        for (const { name, state } of now.repositories) values.set({ repository: name }, Number(state === 'paused'))
      },
    },
    {
      name: 'repocast_agent_refused',
      help: 'Whether the newest snapshot is not served because clients could not use it.',
      labels: ['repository'],
      collect: (values, now) => {
        for (const { name, error } of now.repositories)
          values.set({ repository: name }, Number(error?.code === 'REPOCAST_SNAPSHOT_BROKEN'))
      },
    },
    {
      name: 'repocast_agent_swap_due_timestamp_seconds',
      help: 'When a snapshot that waits for its delay is served, in seconds since 1970; 0: none waits.',
      labels: ['repository'],
      collect: (values, now) => {
        for (const { name, swapDue } of now.repositories)
          values.set({ repository: name }, swapDue === undefined ? 0 : Date.parse(swapDue) / 1000)
      },
    },
    {
      name: 'repocast_agent_hook_failures_total',
      help: 'Runs of hooks that did not end with exit code 0, vetoes too.',
      labels: ['repository'],
      collect: (values, now) => {
        for (const { name, hookFailures } of now.repositories) values.set({ repository: name }, hookFailures ?? 0)
      },
    },
    {
      name: 'repocast_agent_left_out_bytes',
      help: 'Bytes of the served snapshot that a filter leaves out.',
      labels: ['repository'],
      collect: (values, now) => {
        for (const { name, filter } of now.repositories) values.set({ repository: name }, filter?.leftOutBytes ?? 0)
      },
    },
    {
      name: 'repocast_agent_downloaded_bytes_total',
      help: 'Bytes of packs taken from peers and web seeds since the start.',
      collect: (values, now) => values.set(now.downloadedBytes),
    },
    {
      name: 'repocast_agent_uploaded_bytes_total',
      help: 'Bytes of packs given to peers since the start.',
      collect: (values, now) => values.set(now.uploadedBytes),
    },
    {
      name: 'repocast_agent_damage_found_total',
      help: 'Damaged objects and files that a scrub has found, ever.',
      collect: (values, { scrub }) => values.set(scrub?.found ?? 0),
    },
    {
      name: 'repocast_agent_damage_healed_total',
      help: 'Those of them that were healed.',
      collect: (values, { scrub }) => values.set(scrub?.healed ?? 0),
    },
    {
      name: 'repocast_agent_objects_lost',
      help: 'Objects that are damaged and not healed yet.',
      collect: (values, { scrub }) => values.set(scrub?.lost ?? 0),
    },
    {
      name: 'repocast_agent_scrub_finished_timestamp_seconds',
      help: 'When the last scrub ended, in seconds since 1970; 0: none did.',
      collect: (values, { scrub }) => values.set(scrub?.finished ? Date.parse(scrub.finished) / 1000 : 0),
    },
    {
      name: 'repocast_agent_disk_free_bytes',
      help: 'Free space on the disk with the data directory.',
      collect: (values, { disk }) => {
        if (disk) values.set(disk.freeBytes)
      },
    },
    {
      name: 'repocast_agent_disk_bytes',
      help: 'Size of the disk with the data directory.',
      collect: (values, { disk }) => {
        if (disk) values.set(disk.totalBytes)
      },
    },
    {
      name: 'repocast_agent_upload_limit_bytes_per_second',
      help: 'What may be given now, in all or for one repository; 0: without limit.',
      labels: ['repository'],
      collect: (values, { limits }) => {
        for (const { name, uploadRate } of scopes(limits)) values.set({ repository: name }, uploadRate ?? 0)
      },
    },
    {
      name: 'repocast_agent_download_limit_bytes_per_second',
      help: 'What may be taken now, in all or for one repository; 0: without limit.',
      labels: ['repository'],
      collect: (values, { limits }) => {
        for (const { name, downloadRate } of scopes(limits)) values.set({ repository: name }, downloadRate ?? 0)
      },
    },
    {
      name: 'repocast_agent_limits_change_timestamp_seconds',
      help: 'When other limits hold by the schedule, in seconds since 1970; 0: never.',
      labels: ['repository'],
      collect: (values, { limits }) => {
        for (const { name, until } of scopes(limits))
          values.set({ repository: name }, until === null ? 0 : Date.parse(until) / 1000)
      },
    },
    { name: 'repocast_agent_peers', help: 'Connected peers.', collect: (values, now) => values.set(now.peers) },
    {
      name: 'repocast_agent_dht_nodes',
      help: 'Known nodes of the DHT, where it is joined.',
      collect: (values, { dhtNodes }) => {
        if (dhtNodes !== undefined) values.set(dhtNodes)
      },
    },
  ])
}

/** The limits for all, with '' for a name, and those of repositories. */
function scopes(limits: LimitStatus | undefined): LimitStatus['repositories'] {
  return limits === undefined ? [] : [{ ...limits, name: '' }, ...limits.repositories]
}
