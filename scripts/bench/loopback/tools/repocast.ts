import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { freePort } from '../../../demo/daemons.ts'
import { End } from '../process.ts'
import type { Tool } from './tool.ts'

const run = promisify(execFile)
const peer = fileURLToPath(new URL('../peers/repocast-peer.ts', import.meta.url))

/** Options of Node for the two ends: those of `bin/repocast`, and what is given, such as `--cpu-prof`. */
const nodeOptions = ['--max-semi-space-size=8', ...(process.env.BENCH_NODE_OPTIONS ?? '').split(' ').filter(Boolean)]

/** Our swarm over our store, as origin and agent have them. */
export const repocast: Tool = {
  name: 'repocast',
  hasPieces: true,
  missing: () => undefined,
  async prepare({ directory, source, pieceBytes }) {
    await run(process.execPath, [peer, 'make', `${directory}/origin`, source, String(pieceBytes)])
    const torrent = `${directory}/origin/bench.torrent`
    const port = await freePort(36_881)
    const node = [process.execPath, ...nodeOptions, peer]
    const seeder = new End([...node, 'seed', `${directory}/origin`, torrent, String(port)])
    await seeder.untilSaid('ready')
    const leecher = new End([...node, 'leech', `${directory}/agent`, torrent, `127.0.0.1:${port}`], { listens: true })
    await leecher.untilSaid('ready')
    return {
      seeder,
      async begin() {
        leecher.say('begin')
        return leecher
      },
      marks: [
        { what: 'all pieces verified and written', reached: () => leecher.untilSaid('held') },
        { what: 'and all files hashed (SHA-256) and synced', reached: () => leecher.untilSaid('durable') },
      ],
      copy: undefined,
      async close() {},
    }
  },
}
