import { readFileSync } from 'node:fs'

/** What a process, or several, took so far. */
export interface Usage {
  readonly cpuSeconds: number
  readonly peakBytes: number
}

/** One look at a process. */
export interface Reading extends Usage {
  /** CPU seconds of its children that have ended, and of theirs. */
  readonly endedChildrenSeconds: number
  readonly parent: number
}

const ticksPerSecond = 100

/** Of a process that runs; undefined when it has ended. */
export function usageOf(pid: number): Reading | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const [state, parent = 0] = [stat.slice(stat.lastIndexOf(')') + 2)[0], fields[1]]
    const [user = 0, system = 0, childrenUser = 0, childrenSystem = 0] = fields.slice(11, 15)
    if (state === 'Z') return undefined // its memory is gone already
    const status = readFileSync(`/proc/${pid}/status`, 'latin1')
    return {
      cpuSeconds: (user + system) / ticksPerSecond,
      endedChildrenSeconds: (childrenUser + childrenSystem) / ticksPerSecond,
      peakBytes: Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024,
      parent,
    }
  } catch {
    return undefined
  }
}

/** Resident memory of a process that runs, now; 0 when it has ended. */
export function residentBytesOf(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}
