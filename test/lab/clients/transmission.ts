import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Lab } from '../lab.ts'
import { freePorts, freshLoopback } from '../run/ports.ts'
import { type LabProcess, startProcess } from '../run/process.ts'
import { type Download, type DownloadJob, type TorrentClient, torrentBase64 } from './client.ts'

/** transmission takes no peer in 127.0.0.0/8 from a tracker, though it lets one connect. */
export const transmission: TorrentClient = {
  name: 'transmission',
  dialsLoopback: false,
  async download(lab: Lab, job: DownloadJob): Promise<Download> {
    const { directory, seed = false, address = freshLoopback(), timeoutSeconds = 60 } = job
    const [freshPort = 0, rpcPort = 0] = await freePorts(2)
    const port = job.port ?? freshPort
    const home = lab.newDirectory('transmission')
    await mkdir(directory, { recursive: true })
    await writeFile(join(home, 'settings.json'), JSON.stringify(settings({ address, port, rpcPort, directory })))

    const daemon = await startProcess(lab, 'transmission-daemon', ['--foreground', '--config-dir', home], {
      name: `transmission-${port}`,
      env: { http_proxy: '', all_proxy: '' },
    })
    const rpc = new Rpc(`http://127.0.0.1:${rpcPort}/transmission/rpc`, daemon)
    await rpc.ready(timeoutSeconds)
    await rpc.call('torrent-add', { metainfo: await torrentBase64(lab, job.torrent), 'download-dir': directory })
    await rpc.waitUntilComplete(timeoutSeconds)

    const stop = async (): Promise<void> => void (await daemon.stop(30))
    if (!seed) await stop()
    return { port, stop, log: () => daemon.log() }
  },
}

function settings(choice: {
  readonly address: string
  readonly port: number
  readonly rpcPort: number
  readonly directory: string
}): object {
  return {
    'bind-address-ipv4': choice.address,
    'bind-address-ipv6': '::1',
    'peer-port': choice.port,
    'rpc-bind-address': '127.0.0.1',
    'rpc-port': choice.rpcPort,
    'rpc-whitelist-enabled': false,
    'rpc-host-whitelist-enabled': false,
    'download-dir': choice.directory,
    'incomplete-dir-enabled': false,
    'dht-enabled': false,
    'lpd-enabled': false,
    'pex-enabled': false,
    'utp-enabled': false,
    'port-forwarding-enabled': false,
    'blocklist-enabled': false,
    'message-level': 2,
    preallocation: 0,
  }
}

interface TorrentState {
  /** Bytes. */
  readonly leftUntilDone: number
  readonly status: number
  readonly trackerStats: ReadonlyArray<{ readonly lastAnnounceSucceeded: boolean }>
}

const fields: ReadonlyArray<keyof TorrentState> = ['leftUntilDone', 'status', 'trackerStats']
/** The lowest status that follows verification and download. */
const seeding = 5

/** The RPC of one transmission daemon that has one torrent. */
class Rpc {
  readonly #url: string
  readonly #daemon: LabProcess
  #session = ''

  constructor(url: string, daemon: LabProcess) {
    this.#url = url
    this.#daemon = daemon
  }

  async ready(timeoutSeconds: number): Promise<void> {
    const answers = async (): Promise<boolean> => {
      const response = await fetch(this.#url).catch(() => undefined)
      this.#session = response?.headers.get('x-transmission-session-id') ?? ''
      return this.#session !== ''
    }
    await this.#daemon.waitUntil('an answer of its RPC', answers, timeoutSeconds)
  }

  async call(method: string, args: object): Promise<Record<string, unknown>> {
    const response = await fetch(this.#url, {
      method: 'POST',
      headers: { 'x-transmission-session-id': this.#session },
      body: JSON.stringify({ method, arguments: args }),
    })
    const answer = (await response.json()) as { result: string; arguments: Record<string, unknown> }
    if (answer.result !== 'success') throw new Error(`transmission refuses ${method}: ${answer.result}`)
    return answer.arguments
  }

  /** Resolves when everything is there and a tracker knows about this peer. */
  async waitUntilComplete(timeoutSeconds: number): Promise<void> {
    const complete = async (): Promise<boolean> => {
      const { torrents } = (await this.call('torrent-get', { fields })) as { torrents: TorrentState[] }
      const state = torrents[0]
      if (!state || state.leftUntilDone > 0 || state.status < seeding) return false
      return state.trackerStats.some(({ lastAnnounceSucceeded }) => lastAnnounceSucceeded)
    }
    await this.#daemon.waitUntil('the whole content', complete, timeoutSeconds)
  }
}
