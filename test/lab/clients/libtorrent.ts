import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Lab } from '../lab.ts'
import { freePort, freshLoopback } from '../run/ports.ts'
import { startProcess } from '../run/process.ts'
import { type Download, type DownloadJob, type TorrentClient, torrentFile } from './client.ts'

const script = fileURLToPath(new URL('libtorrent-client.py', import.meta.url))
// Debian's binding belongs to Debian's Python, whichever is first in PATH.
const python = '/usr/bin/python3'

export const libtorrent: TorrentClient = {
  name: 'libtorrent',
  async download(lab: Lab, job: DownloadJob): Promise<Download> {
    const { directory, seed = false, address = freshLoopback(), timeoutSeconds = 60 } = job
    const port = job.port ?? (await freePort())
    await mkdir(directory, { recursive: true })
    const torrent = await torrentFile(lab, job.torrent)
    const args = [script, torrent, directory, address, String(port), String(timeoutSeconds), seed ? '1' : '0']
    const client = await startProcess(lab, python, args, { name: `libtorrent-${port}` })
    await client.waitForOutput(/^complete$/m, timeoutSeconds + 15)
    if (!seed) await client.ended
    return { port, stop: async () => void (await client.stop()), log: () => client.log() }
  },
}
