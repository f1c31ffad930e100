import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { residentBytesOf, type Usage, usageOf } from './usage.ts'

const program = fileURLToPath(new URL('../../node_modules/.bin/repocast', import.meta.url))

/** What one process took. */
export interface Cost extends Usage {
  readonly seconds: number
  readonly output: string
}

/** A process that is measured from outside while it runs. */
export class Measured {
  readonly #child
  readonly #start = performance.now()
  #usage: Usage = { cpuSeconds: 0, peakBytes: 0 }
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
  usage(): Usage {
    this.#sample()
    return this.#usage
  }

  /** Memory now. */
  residentBytes(): number {
    return residentBytesOf(this.#child.pid ?? 0)
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
    return { ...this.#usage, seconds, output: this.#output }
  }

  async stop(): Promise<void> {
    clearInterval(this.#sampler)
    if (this.#child.exitCode !== null) return
    this.#child.kill('SIGTERM')
    await new Promise(resolve => this.#child.once('exit', resolve))
  }

  #sample(): void {
    this.#usage = usageOf(this.#child.pid ?? 0) ?? this.#usage
  }
}

/** Runs a command to its end. */
export async function measure(...args: readonly string[]): Promise<Cost> {
  return await new Measured(args).end()
}
