import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type AccessLine, Hosts } from '../lab/hosts.ts'
import { shortestSeconds } from './bound.ts'
import type { MakeTool, Tool } from './tools/tool.ts'
import { fileSizes, someFiles, writeFiles } from './tree.ts'

const run = promisify(execFile)

export interface SwarmRun {
  readonly make: MakeTool
  readonly lines: readonly AccessLine[]
  readonly bytes: number
  readonly files: number
  /** Whether two mirrors are killed half-way and come back two seconds later. */
  readonly churn: boolean
  /** Whether 3 % are changed and distributed again. */
  readonly update: boolean
  readonly tell: (text: string) => void
}

/** One distribution. Seconds; shares are of the bytes that were to go to one mirror. */
export interface Figures {
  readonly what: 'first sync' | 'update'
  readonly ideal: number
  /** Of the mirrors that were not killed: when they had a byte-identical tree, sorted. */
  readonly done: readonly number[]
  /** From the start of the command that begins it (for an update with repocast: `origin publish`). */
  readonly commandSeconds: number
  readonly originShare: number
  readonly mostReceivedShare: number
  readonly originCpu: number
  readonly mirrorCpu: number
  readonly originPeak: number
  readonly mirrorPeak: number
  /** Whether all copies are as the source. */
  readonly isIdentical: boolean
}

const settleMs = 2200

/** One tool on hosts of its own. */
export async function runSwarm({ make, lines, bytes, files, churn, update, tell }: SwarmRun): Promise<Figures[]> {
  const directory = await mkdtemp(join(tmpdir(), 'repocast-swarm-'))
  const hosts = await Hosts.up(`rcb${process.pid}`, lines, join(directory, 'lab'))
  try {
    const source = join(directory, 'tree')
    await mkdir(source)
    const sizes = fileSizes(files, bytes)
    const written = await writeFiles(source, sizes, sizes.keys())
    const tool = make({ hosts, directory, source, mirrors: lines.length - 1 })
    await tool.prepare()
    await pause(settleMs)
    const figures = [
      await distribute({ what: 'first sync', tool, hosts, source, bytes: written, churn, tell }, tool.begin),
    ]
    if (update && tool.update) {
      const changed = await writeFiles(source, sizes, someFiles(sizes, 0.03))
      await pause(settleMs)
      figures.push(
        await distribute({ what: 'update', tool, hosts, source, bytes: changed, churn: false, tell }, tool.update),
      )
    }
    return figures
  } finally {
    await hosts.down()
    await rm(directory, { recursive: true, force: true })
  }
}

interface Distribution {
  readonly what: Figures['what']
  readonly tool: Tool
  readonly hosts: Hosts
  readonly source: string
  readonly bytes: number
  readonly churn: boolean
  readonly tell: (text: string) => void
}

async function distribute(
  { what, tool, hosts, source, bytes, churn, tell }: Distribution,
  begin: () => Promise<void>,
): Promise<Figures> {
  const mirrors = [...hosts.lines.keys()].slice(1)
  const mortal = churn ? mirrors.slice(0, 2) : []
  const ideal = shortestSeconds(bytes, hosts.lines)
  const [matrixBefore, usageBefore] = [await hosts.matrix(), await hosts.usages()]
  const commanded = performance.now()
  await begin()
  const begun = performance.now()
  const seconds = () => (performance.now() - begun) / 1000
  const done = new Map<number, number>()
  const limit = Math.max(60, 30 * ideal)
  const killings = mortal.map(async mirror => {
    await pause((ideal * 1000) / 2)
    await hosts.kill(mirror)
    await pause(2000)
    tool.restart(mirror)
  })
  while (done.size < mirrors.length && seconds() < limit) {
    for (const mirror of mirrors) if (!done.has(mirror) && tool.isDone(mirror)) done.set(mirror, seconds())
    await pause(10)
  }
  await Promise.all(killings)
  await pause(200)
  const [matrix, usage] = [await hosts.matrix(), await hosts.usages()]
  const sum = (pick: (a: number, b: number) => boolean) =>
    matrix.reduce(
      (total, row, a) =>
        total + row.reduce((part, now, b) => (pick(a, b) ? part + now - (matrixBefore[a]?.[b] ?? 0) : part), 0),
      0,
    )
  const cpu = (host: number) => (usage[host]?.cpuSeconds ?? 0) - (usageBefore[host]?.cpuSeconds ?? 0)
  const isIdentical =
    done.size === mirrors.length &&
    (await areIdentical(
      source,
      mirrors.map(mirror => tool.copy(mirror)),
    ))
  const figures: Figures = {
    what,
    ideal,
    done: mirrors
      .filter(mirror => !mortal.includes(mirror))
      .map(mirror => done.get(mirror) ?? Number.POSITIVE_INFINITY)
      .sort((a, b) => a - b),
    commandSeconds: (begun - commanded) / 1000,
    originShare: sum(a => a === 0) / bytes,
    mostReceivedShare: Math.max(...mirrors.map(mirror => sum((_, b) => b === mirror))) / bytes,
    originCpu: cpu(0),
    mirrorCpu: Math.max(...mirrors.map(cpu)),
    originPeak: usage[0]?.peakBytes ?? 0,
    mirrorPeak: Math.max(...mirrors.map(mirror => usage[mirror]?.peakBytes ?? 0)),
    isIdentical,
  }
  tell(
    `${tool.name}, ${what}: last ${figures.done.at(-1)?.toFixed(1)} s, ${((figures.done.at(-1) ?? 0) / ideal).toFixed(2)} of the bound`,
  )
  return figures
}

async function areIdentical(source: string, copies: readonly string[]): Promise<boolean> {
  for (const copy of copies) {
    try {
      await run('diff', ['-rq', `${source}/`, copy])
    } catch {
      return false
    }
  }
  return true
}

async function pause(milliseconds: number): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, milliseconds))
}
