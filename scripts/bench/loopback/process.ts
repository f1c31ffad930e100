import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type Usage, usageOf } from '../usage.ts'

const sampleMs = 20

/** What a process has for its end before it is killed. */
const graceMs = 3000

export interface EndOptions {
  readonly cwd?: string
  readonly env?: Record<string, string>
  /** Whether it takes lines by `say`. */
  readonly listens?: boolean
}

/** A process of one end, measured from outside together with the processes that it started. */
export class End {
  readonly #child: ChildProcess
  readonly #seen = new Map<number, Usage>()
  readonly #sampler: NodeJS.Timeout
  #output = ''

  constructor(command: readonly string[], { listens = false, ...options }: EndOptions = {}) {
    const [program = '', ...args] = command
    this.#child = spawn(program, args, {
      ...options,
      env: { ...process.env, ...options.env },
      // a daemon of rsync whose input is a pipe takes it for a connection
      stdio: [listens ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    })
    this.#child.on('error', error => {
      this.#output += error.message
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-10_000)
      })
    }
    this.#sampler = setInterval(() => this.#sample(), sampleMs)
  }

  /** Up to now: CPU seconds of all its processes, and the sum of their peaks. */
  usage(): Usage {
    this.#sample()
    const all = [...this.#seen.values()]
    return {
      cpuSeconds: all.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
      peakBytes: all.reduce((sum, { peakBytes }) => sum + peakBytes, 0),
    }
  }

  /** Writes a line to its standard input. */
  say(line: string): void {
    this.#child.stdin?.write(`${line}\n`)
  }

  /** Until `isSo`, looked at every few milliseconds. @throws when the process ends before */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      if (this.#hasEnded) throw new Error(`${this.#child.spawnargs.join(' ')} ended:\n${this.#output}`)
      await new Promise(resolve => setTimeout(resolve, 5))
    }
  }

  /** Until it has printed `word`. @throws when it ends before */
  async untilSaid(word: string): Promise<void> {
    await this.until(() => this.#output.split('\n').includes(word))
  }

  /** Its end by itself. @throws when it fails */
  async finished(): Promise<void> {
    if (!this.#hasEnded) await once(this.#child, 'exit')
    if (this.#child.exitCode !== 0) throw new Error(`${this.#child.spawnargs.join(' ')} failed:\n${this.#output}`)
  }

  async stop(): Promise<void> {
    clearInterval(this.#sampler)
    if (this.#hasEnded || this.#child.pid === undefined) return
    const pids = processesOf(this.#child.pid)
    const ended = once(this.#child, 'exit')
    for (const pid of pids) signal(pid, 'SIGTERM')
    const impatient = setTimeout(() => {
      for (const pid of pids) signal(pid, 'SIGKILL')
    }, graceMs)
    await ended
    clearTimeout(impatient)
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  #sample(): void {
    if (this.#child.pid === undefined) return
    for (const pid of processesOf(this.#child.pid)) {
      const usage = usageOf(pid)
      // a process that has ended shows its CPU until it is waited for, but no memory
      if (usage)
        this.#seen.set(pid, { ...usage, peakBytes: Math.max(usage.peakBytes, this.#seen.get(pid)?.peakBytes ?? 0) })
    }
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // it has ended by itself
  }
}

/** A process and all that came of it. */
function processesOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
    return [pid, ...children.flatMap(processesOf)]
  } catch {
    return [pid]
  }
}
