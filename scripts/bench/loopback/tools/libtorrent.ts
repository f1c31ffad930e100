import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../../demo/daemons.ts'
import { End } from '../process.ts'
import { runs } from './have.ts'
import type { Tool } from './tool.ts'
import { torrentOf } from './torrent.ts'

const python = '/usr/bin/python3'
const peer = fileURLToPath(new URL('../../swarm/peers/libtorrent-peer.py', import.meta.url))

export const libtorrent: Tool = {
  name: 'libtorrent',
  hasPieces: true,
  missing: () => (runs(python, ['-c', 'import libtorrent']) ? undefined : 'python3-libtorrent'),
  async prepare(stage) {
    const { directory, source } = stage
    const torrent = await torrentOf(stage, 'http://127.0.0.1:9/announce')
    const [port, other] = [await freePort(36_882), await freePort(36_883)]
    const [copies, seeding, done] = [`${directory}/copy`, `${directory}/seeding`, `${directory}/done`]
    await mkdir(copies)
    const seeder = new End([python, peer, 'seeder', torrent, dirname(source), seeding, `127.0.0.1:${port}`])
    await seeder.until(() => existsSync(seeding))
    const leecher = [python, peer, 'leecher', torrent, copies, done, `127.0.0.1:${other}`, `127.0.0.1:${port}`]
    return {
      seeder,
      begin: async () => new End(leecher),
      marks: [{ what: 'all pieces verified and written', reached: end => end.until(() => existsSync(done)) }],
      copy: `${copies}/${basename(source)}`,
      async close() {},
    }
  },
}
