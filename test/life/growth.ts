import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LabProcess } from '../lab/index.ts'

interface Sample {
  readonly bytes: number
  readonly files: number
  readonly sockets: number
}

/** How memory and open files of a process went: medians of the first and the last third of its life. */
export interface Growth {
  readonly name: string
  readonly seconds: number
  readonly memory: { readonly first: number; readonly last: number }
  /** Sockets, pipes, and the like. */
  readonly sockets: { readonly first: number; readonly last: number }
  /** Files are kept open for a while, up to a limit. */
  readonly mostFiles: number
}

const everyMs = 250
/** Before that a program has not done each thing once. */
const youthMs = 10_000

/** Samples processes while they live. */
export class GrowthSampler {
  readonly #samples = new Map<LabProcess, Sample[]>()
  readonly #born = new Map<LabProcess, number>()

  /** Until the signal. `running` gives the processes by their names. */
  async run(running: () => readonly LabProcess[], signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const process of running()) this.#sample(process)
      await sleep(everyMs)
    }
  }

  /** Of those that lived long enough to tell. */
  growth(leastSeconds: number): Growth[] {
    return [...this.#samples].flatMap(([process, samples]) => {
      const seconds = (samples.length * everyMs) / 1000
      if (seconds < leastSeconds) return []
      const third = Math.floor(samples.length / 3)
      const [first, last] = [samples.slice(0, third), samples.slice(-third)]
      return {
        name: `${process.name} ${process.pid}`,
        seconds,
        memory: { first: median(first.map(one => one.bytes)), last: median(last.map(one => one.bytes)) },
        sockets: { first: median(first.map(one => one.sockets)), last: median(last.map(one => one.sockets)) },
        mostFiles: Math.max(...samples.map(one => one.files)),
      }
    })
  }

  #sample(process: LabProcess): void {
    const born = this.#born.get(process) ?? performance.now()
    this.#born.set(process, born)
    if (performance.now() < born + youthMs) return
    const sample = look(process.pid)
    const samples = this.#samples.get(process) ?? []
    this.#samples.set(process, samples)
    if (sample) samples.push(sample)
  }
}

function look(pid: number): Sample | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
    if (kilobytes === undefined) return undefined
    const open = readdirSync(`/proc/${pid}/fd`).map(fd => whatIs(`/proc/${pid}/fd/${fd}`))
    const files = open.filter(what => what?.startsWith('/')).length
    return { bytes: Number(kilobytes) * 1024, files, sockets: open.length - files }
  } catch {
    return undefined // it has ended
  }
}

/** Undefined when it was closed meanwhile. */
function whatIs(fd: string): string | undefined {
  try {
    return readlinkSync(fd)
  } catch {
    return undefined
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
