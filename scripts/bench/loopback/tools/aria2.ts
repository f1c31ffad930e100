import { mkdir } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { freePort } from '../../../demo/daemons.ts'
import { End } from '../process.ts'
import { missingProgram } from './have.ts'
import type { Tool } from './tool.ts'
import { startTracker, torrentOf } from './torrent.ts'

const options = [
  '--no-conf=true',
  '--interface=127.0.0.1',
  '--enable-dht=false',
  '--enable-dht6=false',
  '--bt-enable-lpd=false',
  '--file-allocation=none',
  '--disk-cache=64M',
  '--quiet=true',
]

export const aria2: Tool = {
  name: 'aria2',
  hasPieces: true,
  missing: () => missingProgram('aria2c'),
  async prepare(stage) {
    const { directory, source } = stage
    const { url, end: tracker } = await startTracker('127.0.0.1')
    const torrent = await torrentOf(stage, url)
    const copies = `${directory}/copy`
    await mkdir(copies)
    const client = async (port: number, ...more: readonly string[]) => {
      const listen = `--listen-port=${await freePort(port)}`
      return new End(['aria2c', ...options, listen, ...more, torrent], { env: { HOME: directory } })
    }
    const seeding = ['--seed-ratio=0.0', '--bt-seed-unverified=true', '--check-integrity=false']
    const seeder = await client(36_884, `--dir=${dirname(source)}`, ...seeding)
    await new Promise(resolve => setTimeout(resolve, 3000))
    return {
      seeder,
      begin: () => client(36_885, `--dir=${copies}`, '--seed-time=0'),
      marks: [{ what: 'all pieces verified and written', reached: leecher => leecher.finished() }],
      copy: `${copies}/${basename(source)}`,
      close: () => tracker.stop(),
    }
  },
}
