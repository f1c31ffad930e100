import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Lab } from '../lab.ts'
import { freePorts, freshLoopback } from '../run/ports.ts'
import { startProcess } from '../run/process.ts'
import { type Download, type DownloadJob, type TorrentClient, torrentFile } from './client.ts'

export const aria2: TorrentClient = {
  name: 'aria2',
  async download(lab: Lab, job: DownloadJob): Promise<Download> {
    const {
      directory,
      seed = false,
      mustEncrypt = false,
      dhtNode,
      address = freshLoopback(),
      timeoutSeconds = 60,
    } = job
    const [freshPort = 0, rpcPort = 0] = await freePorts(2)
    const port = job.port ?? freshPort
    const torrent = await torrentFile(lab, job.torrent)
    const options = {
      dir: directory,
      interface: address,
      'listen-port': port,
      'no-conf': true,
      // It reaches trackers over UDP through the socket of the DHT only. Nobody else is there to ask, and nothing is kept.
      'enable-dht': dhtNode !== undefined || (await hasUdpTracker(torrent)),
      ...(dhtNode !== undefined && { 'dht-entry-point': dhtNode }),
      'dht-listen-port': port,
      'dht-file-path': join(lab.directory, `aria2-${port}.dht`),
      'enable-dht6': false,
      'disable-ipv6': true,
      'bt-enable-lpd': false,
      'enable-peer-exchange': false,
      'bt-force-encryption': mustEncrypt,
      'check-integrity': true,
      // What is there already is verified, not believed.
      'bt-hash-check-seed': true,
      'bt-seed-unverified': false,
      'allow-overwrite': true,
      'disk-cache': 0,
      'file-allocation': 'none',
      'seed-ratio': '0.0',
      'seed-time': 100_000, // it is told when to stop
      'enable-rpc': true,
      'rpc-listen-port': rpcPort,
      'console-log-level': 'notice',
      'summary-interval': 0,
    }
    const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`)
    const client = await startProcess(lab, 'aria2c', [...args, torrent], {
      name: `aria2-${port}`,
      env: { http_proxy: '', all_proxy: '' },
    })
    const stop = async (): Promise<void> => void (await client.stop(30))
    await client.waitUntil('the whole content', () => isComplete(rpcPort), timeoutSeconds)
    if (!seed) await stop()
    return { port, stop, log: () => client.log() }
  },
}

/** Whether the one download of an aria2 is complete and verified. */
async function isComplete(rpcPort: number): Promise<boolean> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'aria2.tellActive', params: [['seeder']] })
  const response = await fetch(`http://127.0.0.1:${rpcPort}/jsonrpc`, { method: 'POST', body }).catch(() => undefined)
  if (!response?.ok) return false // it has not come so far yet
  const { result } = (await response.json()) as { result: Array<{ seeder?: string }> }
  return result[0]?.seeder === 'true'
}

async function hasUdpTracker(torrent: string): Promise<boolean> {
  return (await readFile(torrent)).includes('udp://')
}
