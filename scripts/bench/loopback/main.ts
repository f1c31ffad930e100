import { randomFillSync } from 'node:crypto'
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Figures, runLoopback } from './run.ts'
import { aria2 } from './tools/aria2.ts'
import { curl } from './tools/curl.ts'
import { libtorrent } from './tools/libtorrent.ts'
import { repocast } from './tools/repocast.ts'
import { rsync } from './tools/rsync.ts'
import type { Tool } from './tools/tool.ts'
import { transmission } from './tools/transmission.ts'

const tools: Readonly<Record<string, Tool>> = { repocast, libtorrent, aria2, transmission, rsync, curl }

const help = `npm run bench -- loopback [options]

One seeder process brings files to one leecher process on this host, without limits, by several tools in turn.

  --tools a,b     of ${Object.keys(tools).join(', ')} (what is not installed is left out);
                  all but transmission, which asks a peer for 512 blocks a second at most, so that 2 GB take four minutes
  --mb 2000       megabytes
  --files 20      files of the same size
  --pieces 1,4    MiB of a piece, for the tools that have such
  --write         put the table into docs/benchmarks.md

BENCH_NODE_OPTIONS in the environment goes to both ends of repocast, such as --cpu-prof.
`

/** @returns a table in Markdown; undefined when there is none */
export async function benchLoopback(
  args: readonly string[],
  tell: (text: string) => void,
): Promise<string | undefined> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      tools: { type: 'string', default: 'repocast,libtorrent,aria2,rsync,curl' },
      mb: { type: 'string', default: '2000' },
      files: { type: 'string', default: '20' },
      pieces: { type: 'string', default: '1,4' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    tell(help)
    return undefined
  }
  const chosen = values.tools.split(',').map(name => {
    const tool = tools[name]
    if (tool === undefined) throw new Error(`there is no tool ${name}: choose of ${Object.keys(tools).join(', ')}`)
    return tool
  })
  const [bytes, files] = [Number(values.mb) * 1e6, Number(values.files)]
  const pieces = values.pieces.split(',').map(Number)
  if (![bytes, files, ...pieces].every(number => number > 0)) {
    throw new Error('--mb, --files and --pieces take numbers above 0')
  }
  const directory = await mkdtemp(join(tmpdir(), 'repocast-loopback-source-'))
  try {
    const source = join(directory, 'tree')
    await writeSource(source, files, Math.round(bytes / files))
    const rows: string[] = []
    for (const tool of chosen) {
      const missing = tool.missing()
      if (missing !== undefined) tell(`${tool.name} is skipped: it needs ${missing}`)
      else {
        for (const mebibytes of tool.hasPieces ? pieces : [undefined]) {
          const figures = await runLoopback(tool, source, (mebibytes ?? 1) * 1024 * 1024)
          for (const each of figures) {
            rows.push(row(tool.name, mebibytes, bytes, each))
            tell(rows.at(-1) ?? '')
          }
        }
      }
    }
    return [head, ...rows].join('\n')
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

const chunkBytes = 1024 * 1024

async function writeSource(source: string, files: number, bytes: number): Promise<void> {
  await mkdir(source)
  const chunk = Buffer.allocUnsafe(chunkBytes)
  for (let k = 0; k < files; k += 1) {
    const file = await open(join(source, `package-${k}.rpm`), 'w')
    for (let left = bytes; left > 0; left -= chunkBytes) {
      await file.write(randomFillSync(chunk), 0, Math.min(left, chunkBytes))
    }
    await file.sync()
    await file.close()
  }
}

const head = `| tool | MiB a piece | until | MB/s | CPU s/GB seeder | CPU s/GB leecher | peak MB seeder | peak MB leecher | identical |
| --- | --: | --- | --: | --: | --: | --: | --: | --- |`

function row(tool: string, mebibytes: number | undefined, bytes: number, figures: Figures): string {
  const { what, seconds, seeder, leecher, isIdentical } = figures
  const perGigabyte = (cpuSeconds: number) => (cpuSeconds / (bytes / 1e9)).toFixed(2)
  const cells = [
    tool,
    mebibytes ?? '',
    what,
    Math.round(bytes / 1e6 / seconds),
    perGigabyte(seeder.cpuSeconds),
    perGigabyte(leecher.cpuSeconds),
    Math.round(seeder.peakBytes / 1e6),
    Math.round(leecher.peakBytes / 1e6),
    isIdentical === undefined ? '' : isIdentical ? 'yes' : 'no',
  ]
  return `| ${cells.join(' | ')} |`
}
