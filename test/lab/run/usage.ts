import { readFileSync } from 'node:fs'

/** What a process has taken so far. */
export interface Usage {
  /** Largest resident size up to now. */
  readonly peakBytes: number
  /** User and system time of all its threads. */
  readonly cpuSeconds: number
}

const ticksPerSecond = 100 // USER_HZ, which Linux shows on every architecture that Node runs on

/** Usage of a running process; undefined when there is none with this id. */
export function readUsage(pid: number): Usage | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1')
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const peakKilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]
    if (peakKilobytes === undefined) return undefined // it has ended, and waits for its parent
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return {
      peakBytes: Number(peakKilobytes) * 1024,
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    }
  } catch {
    return undefined
  }
}
