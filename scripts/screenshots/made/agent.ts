import type { AgentActivity, AgentStatus } from '@repocast/api'

/** An agent in the middle of an update, with one repository in trouble. */
export function madeAgent(now: Date): { readonly status: AgentStatus; readonly activity: AgentActivity } {
  const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000).toISOString()
  const current = { state: 'current' as const, bytesDone: 0, bytesWanted: 0, error: null }
  const message = 'need 12.4 GiB in /srv/repocast, only 3.10 GiB are free'
  const error = { code: 'REPOCAST_DISK_FULL', message }
  return {
    status: {
      format: 'repocast agent status',
      version: 1,
      program: '0.1.0',
      name: 'fra1.mirror.example.org',
      time: now.toISOString(),
      started: ago(27_000),
      publicUrl: 'https://fra1.mirror.example.org/pub',
      peerId: '0'.repeat(40),
      repositories: [
        { name: 'debian', serial: 56, newestSerial: 56, swapped: ago(1020), ...current },
        {
          name: 'debian-security',
          state: 'fetching',
          serial: 232,
          newestSerial: 233,
          bytesDone: 9_100_000,
          bytesWanted: 15_000_000,
          swapped: ago(700),
          error: null,
        },
        { ...current, name: 'fedora-43', state: 'failed', serial: 266, newestSerial: 267, swapped: ago(1800), error },
        { name: 'installers', serial: 1, newestSerial: 1, swapped: ago(60), ...current },
      ],
      downloadedBytes: 412e9,
      uploadedBytes: 655e9,
      fromMirrorsBytes: 398e9,
      fromOriginBytes: 14e9,
      fromWebSeedBytes: 0,
      downloadRate: 31_400_000,
      uploadRate: 12_700_000,
      peers: 8,
      disk: { freeBytes: 3.3e9, totalBytes: 7.9e12 },
      packs: [],
    },
    activity: {
      format: 'repocast agent activity',
      version: 1,
      limits: { downloadRate: null, uploadRate: 62_500_000, until: null, repositories: [], connections: 500 },
      peers: ['repocast 0.1.0', 'repocast 0.1.0', 'qBittorrent/5.1.2', 'repocast 0.1.0', 'aria2/1.37.0'].map(
        (client, k) => ({
          client,
          kind: k === 1 ? ('origin' as const) : ('mirror' as const),
          packs: 1 + (k % 3),
          downloadedBytes: Math.floor(210e6 / (k + 1)),
          uploadedBytes: Math.floor(90e6 / (5 - k)),
          downloadRate: k < 3 ? Math.floor(14e6 / (k + 1)) : 0,
          uploadRate: Math.floor(5e6 / (5 - k)),
        }),
      ),
      failures: [0, 6].map(minutes => ({ time: ago(minutes), repository: 'fedora-43', ...error })),
    },
  }
}

/** An agent that was started just now. */
export function freshAgent(now: Date): { readonly status: AgentStatus; readonly activity: AgentActivity } {
  const { status, activity } = madeAgent(now)
  const nothing = { downloadedBytes: 0, uploadedBytes: 0, fromMirrorsBytes: 0, fromOriginBytes: 0, peers: 0 }
  return {
    status: { ...status, ...nothing, downloadRate: 0, uploadRate: 0, started: status.time, repositories: [] },
    activity: { ...activity, peers: [], failures: [] },
  }
}
