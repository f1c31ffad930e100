import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../node_modules/.bin/repocast', import.meta.url))

/** What one process took. */
export interface Cost {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly peakBytes: number
  readonly output: string
}

const ticksPerSecond = 100

/** A process that is measured from outside while it runs. */
export class Measured {
  readonly #child
  readonly #start = performance.now()
  #cpuSeconds = 0
  #peakBytes = 0
  #output = ''
  readonly #sampler: NodeJS.Timeout

  constructor(args: readonly string[], through: readonly string[] = []) {
    const [command = program, ...rest] = [...through, program, ...args]
    this.#child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text
      })
    }
    this.#sampler = setInterval(() => this.#sample(), 50)
  }

  /** CPU seconds and peak memory up to now. */
  usage(): { readonly cpuSeconds: number; readonly peakBytes: number } {
    this.#sample()
    return { cpuSeconds: this.#cpuSeconds, peakBytes: this.#peakBytes }
  }

  async waitFor(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#output)) {
      if (this.#child.exitCode !== null) throw new Error(`it ended:\n${this.#output}`)
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  }

  /** Its end by itself. @throws when it fails */
  async end(): Promise<Cost> {
    const code = await new Promise<number | null>(resolve => {
      if (this.#child.exitCode !== null) resolve(this.#child.exitCode)
      else this.#child.once('exit', resolve)
    })
    clearInterval(this.#sampler)
    if (code !== 0) throw new Error(`exit code ${code}:\n${this.#output}`)
    const seconds = (performance.now() - this.#start) / 1000
    return { seconds, cpuSeconds: this.#cpuSeconds, peakBytes: this.#peakBytes, output: this.#output }
  }

  async stop(): Promise<void> {
    clearInterval(this.#sampler)
    if (this.#child.exitCode !== null) return
    this.#child.kill('SIGTERM')
    await new Promise(resolve => this.#child.once('exit', resolve))
  }

  #sample(): void {
    try {
      const status = readFileSync(`/proc/${this.#child.pid}/status`, 'latin1')
      const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'latin1')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      this.#peakBytes = Math.max(this.#peakBytes, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024)
      this.#cpuSeconds = (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
    } catch {
      // It has ended: what was seen last stands.
    }
  }
}

/** Runs a command to its end. */
export async function measure(...args: readonly string[]): Promise<Cost> {
  return await new Measured(args).end()
}
