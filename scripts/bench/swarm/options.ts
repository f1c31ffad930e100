import { parseArgs } from 'node:util'
import type { AccessLine } from '../lab/hosts.ts'

/** What one call of the bench is to measure. Bytes; Mbit/s, ms and per cent in the lines. */
export interface SwarmOptions {
  readonly mirrors: readonly number[]
  readonly tools: readonly string[]
  readonly bytes: number
  readonly files: number
  readonly origin: AccessLine
  readonly mirror: AccessLine
  readonly churn: boolean
  readonly update: boolean
  /** Runs of which the middle one is reported. */
  readonly runs: number
}

export const swarmHelp = (tools: readonly string[]): string => `npm run bench -- swarm [options]

Hosts as network namespaces with shaped lines; one origin brings a tree to mirrors, by several tools in turn. Needs root.

  --mirrors 4,8       numbers of mirrors, at most ${mostMirrors}
  --tools a,b         of ${tools.join(', ')} (default: all)
  --mb 256            megabytes of the tree
  --files 1500        files in it
  --up 50 --down 200  each host's line, Mbit/s
  --origin-up N       the origin's uplink, Mbit/s (default: --up)
  --rtt 20            round trip between two hosts, ms
  --loss 0            per cent of the packets that get lost
  --churn             two mirrors are killed in the first sync, at half of the bound, and come back two seconds later
  --no-update         leave the update by 3 % out
  --runs 1            run each so often, and report the run with the median of the last mirror's time
  --write             put the table into docs/benchmarks.md
`

const mostMirrors = 63 // MAX_HOSTS in lab/wire.c, less the origin

/** @returns undefined for --help @throws Error that says which option is wrong, and what it may be */
export function parseSwarmOptions(args: readonly string[], known: readonly string[]): SwarmOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      mirrors: { type: 'string', default: '4,8' },
      tools: { type: 'string', default: known.join(',') },
      mb: { type: 'string', default: '256' },
      files: { type: 'string', default: '1500' },
      up: { type: 'string', default: '50' },
      down: { type: 'string', default: '200' },
      'origin-up': { type: 'string' },
      rtt: { type: 'string', default: '20' },
      loss: { type: 'string', default: '0' },
      churn: { type: 'boolean', default: false },
      update: { type: 'boolean', default: true },
      runs: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const tools = values.tools.split(',')
  const unknown = tools.find(tool => !known.includes(tool))
  if (unknown !== undefined) throw new Error(`--tools: there is no ${unknown}; choose of ${known.join(', ')}`)
  const mirrors = values.mirrors.split(',').map(text => whole('--mirrors', text, mostMirrors))
  if (values.churn && Math.min(...mirrors) < 3) throw new Error('--churn kills two mirrors: give --mirrors 3 or more')
  const mirror: AccessLine = {
    up: number('--up', values.up, 0.1, 10_000),
    down: number('--down', values.down, 0.1, 10_000),
    rtt: number('--rtt', values.rtt, 0, 2000),
    loss: number('--loss', values.loss, 0, 50),
  }
  return {
    mirrors,
    tools,
    bytes: number('--mb', values.mb, 1, 1e6) * 1e6,
    files: whole('--files', values.files, 1e7),
    origin: { ...mirror, up: number('--origin-up', values['origin-up'] ?? values.up, 0.1, 10_000) },
    mirror,
    churn: values.churn,
    update: values.update,
    runs: whole('--runs', values.runs, 99),
  }
}

function number(option: string, text: string, least: number, most: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (!(value >= least && value <= most)) throw new Error(`${option} ${text}: give a number from ${least} to ${most}`)
  return value
}

function whole(option: string, text: string, most: number): number {
  const value = number(option, text, 1, most)
  if (!Number.isInteger(value)) throw new Error(`${option} ${text}: give a whole number`)
  return value
}
