import { readFileSync } from 'node:fs'

/** What a process, or several, took so far. */
export interface Usage {
  readonly cpuSeconds: number
  readonly peakBytes: number
}

const ticksPerSecond = 100

/** Of a process that runs; undefined when it has ended. */
export function usageOf(pid: number): Usage | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const status = readFileSync(`/proc/${pid}/status`, 'latin1')
    const peakBytes = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024
    return { cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond, peakBytes }
  } catch {
    return undefined
  }
}
