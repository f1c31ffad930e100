import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TrackerKind } from './kind.ts'

const program = fileURLToPath(new URL('../../../../packages/cli/bin/../dist/main.js', import.meta.url))

export const repocast: TrackerKind = {
  name: 'repocast',
  missing: () => undefined,
  async command(directory, port, infoHashes) {
    await writeFile(join(directory, 'torrents.txt'), infoHashes.join('\n'))
    const configuration = {
      listen: `127.0.0.1:${port}`,
      udp: [`127.0.0.1:${port}`],
      torrents: 'torrents.txt',
      // The load comes from few addresses.
      limits: { 'requests-per-second': 1_000_000, 'request-burst': 1_000_000_000 },
    }
    await writeFile(join(directory, 'tracker.yaml'), JSON.stringify(configuration))
    const options = process.env.BENCH_NODE_OPTIONS?.split(' ') ?? []
    return [process.execPath, ...options, program, 'tracker', 'run', '--data', directory]
  },
}
