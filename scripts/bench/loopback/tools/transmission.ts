import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { promisify } from 'node:util'
import { End } from '../process.ts'
import { missingProgram } from './have.ts'
import type { Tool } from './tool.ts'
import { startTracker, torrentOf } from './torrent.ts'

const run = promisify(execFile)
const [here, there] = ['10.78.0.1', '10.78.0.2']

/** In a network namespace with addresses of its own on loopback: transmission takes no peers at 127.0.0.0/8. */
export const transmission: Tool = {
  name: 'transmission',
  hasPieces: true,
  missing: () => {
    if (process.getuid?.() !== 0) return 'root, for a network namespace'
    return missingProgram('transmission-daemon', 'transmission-remote', 'ip')
  },
  async prepare(stage) {
    const { directory, source } = stage
    const name = `rcloop${process.pid}`
    const inside = ['ip', 'netns', 'exec', name]
    await run('ip', ['netns', 'add', name])
    await run('ip', ['-n', name, 'link', 'set', 'lo', 'up'])
    for (const address of [here, there]) await run('ip', ['-n', name, 'addr', 'add', `${address}/32`, 'dev', 'lo'])
    const { url, end: tracker } = await startTracker(here, inside)
    const torrent = await torrentOf(stage, url)
    const daemon = async (address: string, downloads: string, done: string) => {
      const home = `${directory}/${address}`
      await mkdir(home)
      await writeFile(`${home}/done.sh`, `#!/bin/sh\ntouch ${done}\n`)
      await chmod(`${home}/done.sh`, 0o755)
      const settings = {
        'download-dir': downloads,
        'bind-address-ipv4': address,
        'rpc-bind-address': address,
        'peer-port': 6881,
        'dht-enabled': false,
        'lpd-enabled': false,
        'utp-enabled': false,
        'pex-enabled': false,
        'port-forwarding-enabled': false,
        encryption: 0,
        'cache-size-mb': 64,
        'script-torrent-done-enabled': true,
        'script-torrent-done-filename': `${home}/done.sh`,
        'rpc-whitelist-enabled': false,
      }
      await writeFile(`${home}/settings.json`, JSON.stringify(settings))
      const end = new End([...inside, 'transmission-daemon', '--foreground', '--config-dir', home])
      await new Promise(resolve => setTimeout(resolve, 2000))
      return end
    }
    const remote = async (address: string, ...args: readonly string[]) =>
      (await run('ip', [...inside.slice(1), 'transmission-remote', address, ...args])).stdout
    const [copies, done] = [`${directory}/copy`, `${directory}/done`]
    await mkdir(copies)
    const seeder = await daemon(here, dirname(source), `${directory}/seeding`)
    await remote(here, '--add', torrent)
    while (!(await remote(here, '-t', '1', '-i')).includes('Percent Done: 100%'))
      await new Promise(resolve => setTimeout(resolve, 200))
    const leecher = await daemon(there, copies, done)
    return {
      seeder,
      async begin() {
        await remote(there, '--add', torrent)
        return leecher
      },
      marks: [{ what: 'all pieces verified and written', reached: end => end.until(() => existsSync(done)) }],
      copy: `${copies}/${basename(source)}`,
      async close() {
        await tracker.stop()
        await run('ip', ['netns', 'del', name])
      },
    }
  },
}
