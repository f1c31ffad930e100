import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type AccessLine, Hosts } from '../lab/hosts.ts'
import { shortestSeconds } from './bound.ts'
import { MixtureWatch } from './mixture.ts'
import type { MakeTool, Tool } from './tools/tool.ts'
import { fileSizes, pathOf, someFiles, writeFiles } from './tree.ts'

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
  /** Ends the run, with all that it started. */
  readonly signal: AbortSignal
}

/** One distribution. Seconds; shares are of the bytes that were to go to one mirror. */
export interface Figures {
  readonly mirrors: number
  readonly tool: string
  readonly what: 'first sync' | 'update'
  readonly ideal: number
  /** Of the mirrors that were not killed: when they had the whole tree, sorted; infinite for those that never had. */
  readonly done: readonly number[]
  /** Of those that were killed. */
  readonly killed: readonly number[]
  /** Of the command that begins it (for repocast: `origin publish`); the other times count from its end. */
  readonly commandSeconds: number
  readonly originShare: number
  /** Of each mirror, sorted; so are the next that have one figure per mirror. */
  readonly receivedShares: readonly number[]
  readonly originCpu: number
  readonly mirrorCpus: readonly number[]
  /** Bytes, of the largest process. */
  readonly originPeak: number
  readonly mirrorPeaks: readonly number[]
  /** How long the worst mirror's tree was neither the old nor the new one; undefined for a first sync. */
  readonly mixedSeconds: number | undefined
  /** Whether all copies are as the source. */
  readonly isIdentical: boolean
}

const settleMs = 2200
/** Between two looks at the trees of all mirrors. */
const mixtureMs = 50

/** One tool on hosts of its own. @throws when the signal aborts it */
export async function runSwarm(swarm: SwarmRun): Promise<Figures[]> {
  const { lines, signal } = swarm
  signal.throwIfAborted()
  const directory = await mkdtemp(join(tmpdir(), 'repocast-swarm-'))
  const hosts = await Hosts.up(`rcb${process.pid}`, lines, join(directory, 'lab'))
  try {
    return await unlessAborted(signal, measureOn(hosts, directory, swarm))
  } finally {
    await hosts.down()
    await rm(directory, { recursive: true, force: true })
  }
}

async function measureOn(
  hosts: Hosts,
  directory: string,
  { make, lines, bytes, files, churn, update, tell }: SwarmRun,
): Promise<Figures[]> {
  const source = join(directory, 'tree')
  await mkdir(source)
  const sizes = fileSizes(files, bytes)
  const written = await writeFiles(source, sizes, sizes.keys())
  const tool = make({ hosts, directory, source, mirrors: lines.length - 1 })
  await tool.prepare()
  await pause(settleMs)
  const both = { tool, hosts, source, tell }
  const first = await distribute({ ...both, what: 'first sync', bytes: written, churn, changed: [] }, tool.begin)
  // What never had the first tree has nothing to update.
  if (!update || !first.isIdentical) return [first]
  const changed = someFiles(sizes, 0.03)
  const rewritten = await writeFiles(source, sizes, changed)
  await pause(settleMs)
  const paths = changed.map(pathOf)
  const second = { ...both, what: 'update', bytes: rewritten, churn: false, changed: paths } as const
  return [first, await distribute(second, tool.update)]
}

interface Distribution {
  readonly what: Figures['what']
  readonly tool: Tool
  readonly hosts: Hosts
  readonly source: string
  readonly bytes: number
  readonly churn: boolean
  /** Paths of the files that were changed since the last distribution. */
  readonly changed: readonly string[]
  readonly tell: (text: string) => void
}

async function distribute(
  { what, tool, hosts, source, bytes, churn, changed, tell }: Distribution,
  begin: () => Promise<void>,
): Promise<Figures> {
  const mirrors = [...hosts.lines.keys()].slice(1)
  const mortal = churn ? mirrors.slice(0, 2) : []
  const ideal = shortestSeconds(bytes, hosts.lines)
  await hosts.restartUsages()
  const matrixBefore = await hosts.matrix()
  const commanded = performance.now()
  const mixture =
    changed.length === 0
      ? undefined
      : new MixtureWatch(
          mirrors.map(mirror => tool.copy(mirror)),
          changed,
          commanded / 1000,
        )
  const watch = setInterval(() => mixture?.look(performance.now() / 1000), mixtureMs)
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
  clearInterval(watch)
  const [matrix, usage] = [await hosts.matrix(), await hosts.usages()]
  const sum = (pick: (a: number, b: number) => boolean) =>
    matrix.reduce(
      (total, row, a) =>
        total + row.reduce((part, now, b) => (pick(a, b) ? part + now - (matrixBefore[a]?.[b] ?? 0) : part), 0),
      0,
    )
  const sorted = (of: (mirror: number) => number, some = mirrors) => some.map(of).sort((a, b) => a - b)
  const doneAt = (mirror: number) => done.get(mirror) ?? Number.POSITIVE_INFINITY
  const isIdentical =
    done.size === mirrors.length &&
    (await areIdentical(
      source,
      mirrors.map(mirror => tool.copy(mirror)),
    ))
  const figures: Figures = {
    mirrors: mirrors.length,
    tool: tool.name,
    what,
    ideal,
    done: sorted(
      doneAt,
      mirrors.filter(mirror => !mortal.includes(mirror)),
    ),
    killed: sorted(doneAt, mortal),
    commandSeconds: (begun - commanded) / 1000,
    originShare: sum(a => a === 0) / bytes,
    receivedShares: sorted(mirror => sum((_, b) => b === mirror) / bytes),
    originCpu: usage[0]?.cpuSeconds ?? 0,
    mirrorCpus: sorted(mirror => usage[mirror]?.cpuSeconds ?? 0),
    originPeak: usage[0]?.peakBytes ?? 0,
    mirrorPeaks: sorted(mirror => usage[mirror]?.peakBytes ?? 0),
    mixedSeconds: mixture?.worstSeconds,
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

/** The outcome of `work`, or the reason of the abort as soon as it comes; then `work` is left to itself. */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  return await Promise.race([work, aborted])
}

async function pause(milliseconds: number): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, milliseconds))
}
