import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import type { AccessLine } from '../lab/hosts.ts'
import { type Figures, runSwarm } from './run.ts'
import { repocast } from './tools/repocast.ts'
import { rsync } from './tools/rsync.ts'
import type { MakeTool } from './tools/tool.ts'
import { aria2, libtorrent, transmission, webtorrent } from './tools/torrent-tools.ts'

const tools: Readonly<Record<string, MakeTool>> = { repocast, aria2, libtorrent, transmission, rsync, webtorrent }

const help = `npm run bench -- swarm [options]

Hosts as network namespaces with shaped lines; one origin brings a tree to mirrors, by several tools in turn. Needs root.

  --mirrors 4,8       numbers of mirrors
  --tools a,b         of ${Object.keys(tools).join(', ')} (default: all)
  --mb 256            megabytes of the tree
  --files 1500        files in it
  --up 50 --down 200  each host's line, Mbit/s
  --origin-up N       the origin's uplink, Mbit/s (default: --up)
  --rtt 20            round trip between two hosts, ms
  --loss 0            per cent of the packets that get lost
  --churn             two mirrors are killed half-way and come back two seconds later
  --no-update         leave the update by 3 % out
  --write             put the table into docs/benchmarks.md
`

const needed = { root: ['id', '-u'], ip: ['ip', '-V'], tc: ['tc', '-V'], cc: ['cc', '--version'] }

/** @returns a table in Markdown, undefined when it could not be run here */
export async function benchSwarm(args: readonly string[], tell: (text: string) => void): Promise<string | undefined> {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      mirrors: { type: 'string', default: '4,8' },
      tools: { type: 'string', default: Object.keys(tools).join(',') },
      mb: { type: 'string', default: '256' },
      files: { type: 'string', default: '1500' },
      up: { type: 'string', default: '50' },
      down: { type: 'string', default: '200' },
      'origin-up': { type: 'string' },
      rtt: { type: 'string', default: '20' },
      loss: { type: 'string', default: '0' },
      churn: { type: 'boolean', default: false },
      update: { type: 'boolean', default: true },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    tell(help)
    return undefined
  }
  const missing = missingHere()
  if (missing !== undefined) {
    tell(`skipped: this bench needs ${missing}`)
    return undefined
  }
  const line: AccessLine = {
    up: Number(values.up),
    down: Number(values.down),
    rtt: Number(values.rtt),
    loss: Number(values.loss),
  }
  const origin = { ...line, up: Number(values['origin-up'] ?? values.up) }
  const rows: string[] = []
  for (const mirrors of values.mirrors.split(',').map(Number)) {
    for (const name of values.tools.split(',')) {
      const make = tools[name]
      if (make === undefined) throw new Error(`there is no tool ${name}: choose of ${Object.keys(tools).join(', ')}`)
      const lines = [origin, ...new Array<AccessLine>(mirrors).fill(line)]
      const { churn, update } = values
      const size = { bytes: Number(values.mb) * 1e6, files: Number(values.files) }
      const figures = await runSwarm({ make, lines, ...size, churn, update, tell })
      for (const each of figures) rows.push(row(mirrors, name, each))
    }
  }
  return table(rows)
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

function row(mirrors: number, tool: string, figures: Figures): string {
  const { done, ideal, isIdentical } = figures
  const [first = 0, median = 0, last = 0] = [done[0], done[Math.floor(done.length / 2)], done.at(-1)]
  const isComplete = Number.isFinite(last)
  const cells = [
    mirrors,
    tool,
    figures.what,
    ideal.toFixed(1),
    first.toFixed(1),
    median.toFixed(1),
    isComplete ? last.toFixed(1) : 'never',
    isComplete ? (last / ideal).toFixed(2) : '',
    figures.commandSeconds.toFixed(1),
    figures.originShare.toFixed(2),
    figures.mostReceivedShare.toFixed(2),
    `${figures.originCpu.toFixed(1)} / ${figures.mirrorCpu.toFixed(1)}`,
    `${Math.round(figures.originPeak / 1e6)} / ${Math.round(figures.mirrorPeak / 1e6)}`,
    isIdentical ? 'yes' : 'no',
  ]
  return `| ${cells.join(' | ')} |`
}

function table(rows: readonly string[]): string {
  const head = [
    'mirrors',
    'tool',
    'what',
    'bound s',
    'first s',
    'median s',
    'last s',
    'last / bound',
    'command s',
    'origin sends / F',
    'most received / F',
    'CPU s origin / mirror',
    'peak MB origin / mirror',
    'identical',
  ]
  return [`| ${head.join(' | ')} |`, `| --: | --- | --- |${' --: |'.repeat(head.length - 4)} --- |`, ...rows].join('\n')
}
