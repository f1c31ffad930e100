import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TrackerStatsDocument } from '@repocast/api'
import type { Lab } from './lab.ts'
import { freePort } from './run/ports.ts'
import type { LabProcess } from './run/process.ts'
import { startRepocast } from './run/repocast.ts'

/** A `repocast tracker run` of a test, on free ports of 127.0.0.1. */
export interface StandaloneTracker {
  readonly url: string
  readonly udpPort: number
  /** Where announces go, by how they go. */
  readonly announce: { readonly HTTP: string; readonly UDP: string; readonly WebSocket: string }
  readonly data: string
  /** The directory of .torrent files that it watches. */
  readonly torrents: string
  process: LabProcess
  statistics(): Promise<TrackerStatsDocument>
  /** Starts it again after it has ended. */
  restart(): Promise<void>
}

/** `settings` are keys of tracker.yaml. */
export async function startStandaloneTracker(
  lab: Lab,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<StandaloneTracker> {
  const data = lab.newDirectory('tracker')
  const [port, udpPort] = [await freePort(), await freePort()]
  const udp = [`127.0.0.1:${udpPort}`]
  // JSON is YAML.
  const configuration = { listen: `127.0.0.1:${port}`, udp, websocket: true, ...settings }
  writeFileSync(join(data, 'tracker.yaml'), JSON.stringify(configuration))
  const start = async () =>
    await startRepocast(lab, ['tracker', 'run', '--data', data], { ready: /the tracker is running/ })
  const url = `http://127.0.0.1:${port}`
  const tracker: StandaloneTracker = {
    url,
    udpPort,
    announce: {
      HTTP: `${url}/announce`,
      UDP: `udp://127.0.0.1:${udpPort}/announce`,
      WebSocket: `ws://127.0.0.1:${port}/announce`,
    },
    data,
    torrents: join(data, 'torrents'),
    process: await start(),
    statistics: async () => (await (await fetch(`${url}/stats.json`)).json()) as TrackerStatsDocument,
    async restart() {
      tracker.process = await start()
    },
  }
  return tracker
}
