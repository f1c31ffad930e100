import { execFileSync } from 'node:child_process'
import type { AccessLine } from '../lab/hosts.ts'
import { parseSwarmOptions, type SwarmOptions, swarmHelp } from './options.ts'
import { type Figures, runSwarm } from './run.ts'
import { table } from './table.ts'
import { repocast } from './tools/repocast.ts'
import { rsync } from './tools/rsync.ts'
import type { MakeTool } from './tools/tool.ts'
import { aria2, libtorrent, transmission, webtorrent } from './tools/torrent-tools.ts'

const tools = new Map<string, MakeTool>(
  Object.entries({ repocast, aria2, libtorrent, transmission, rsync, webtorrent }),
)

const needed = { root: ['id', '-u'], ip: ['ip', '-V'], tc: ['tc', '-V'], cc: ['cc', '--version'] }

/** @returns a table in Markdown, undefined when it could not be run here @throws for a bad option, or when it is interrupted */
export async function benchSwarm(args: readonly string[], tell: (text: string) => void): Promise<string | undefined> {
  const options = parseSwarmOptions(args, [...tools.keys()])
  if (options === undefined) {
    tell(swarmHelp([...tools.keys()]))
    return undefined
  }
  const missing = missingHere()
  if (missing !== undefined) {
    tell(`skipped: this bench needs ${missing}`)
    return undefined
  }
  const interrupted = new AbortController()
  const interrupt = (): void => interrupted.abort(new Error('interrupted; its hosts are gone'))
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt)
  try {
    return table(await measureAll(options, tell, interrupted.signal))
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
  }
}

async function measureAll(
  options: SwarmOptions,
  tell: (text: string) => void,
  signal: AbortSignal,
): Promise<Figures[]> {
  const { bytes, files, churn, update } = options
  const rows: Figures[] = []
  for (const mirrors of options.mirrors) {
    const lines = [options.origin, ...new Array<AccessLine>(mirrors).fill(options.mirror)]
    for (const [name, make] of tools) {
      if (!options.tools.includes(name)) continue
      const runs: Figures[][] = []
      for (let run = 0; run < options.runs; run += 1) {
        runs.push(await runSwarm({ make, lines, bytes, files, churn, update, tell, signal }))
      }
      for (const what of ['first sync', 'update'] as const) {
        const figures = middleOf(runs.flat().filter(each => each.what === what))
        if (figures !== undefined) rows.push(figures)
      }
    }
  }
  return rows
}

/** The run with the median of the last mirror's time; of two in the middle the slower one. */
function middleOf(runs: readonly Figures[]): Figures | undefined {
  const last = ({ done }: Figures): number => done.at(-1) ?? Number.POSITIVE_INFINITY
  return runs.toSorted((a, b) => last(a) - last(b))[Math.floor(runs.length / 2)]
}

function missingHere(): string | undefined {
  for (const [what, [command = '', ...args]] of Object.entries(needed)) {
    try {
      const output = execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      if (what === 'root' && output.trim() !== '0') return 'root'
    } catch {
      return what
    }
  }
  return undefined
}
