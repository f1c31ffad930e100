import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lab } from '../lab.ts'
import { tail } from './command.ts'
import { readUsage, type Usage } from './usage.ts'

export interface ProcessOptions {
  /** For messages and the name of the log file; default: the command. */
  readonly name?: string
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

/** How a process ended: by itself with a code, or by a signal. */
export type Exit = { readonly code: number; readonly signal?: undefined } | { readonly signal: string }

const sampleMilliseconds = 100
const pollMilliseconds = 25
const lateOutputMilliseconds = 500
const keptLogCharacters = 16 * 1024 * 1024

/** A process that belongs to a lab. It cannot outlive the lab, nor the process that made it. */
export class LabProcess {
  readonly name: string
  readonly pid: number
  /** Settles when the process has ended and all its output was read. */
  readonly ended: Promise<Exit>
  /** How it ended, undefined while it runs. */
  exit: Exit | undefined
  readonly #child: ChildProcess
  readonly #watchers = new Set<() => void>()
  #log = ''
  #usage: Usage = { peakBytes: 0, cpuSeconds: 0 }

  constructor(name: string, pid: number, child: ChildProcess, logFile: string) {
    this.name = name
    this.pid = pid
    this.#child = child
    const keep = (chunk: string): void => {
      this.#log = (this.#log + chunk).slice(-keptLogCharacters)
      appendFileSync(logFile, chunk)
      this.#tell()
    }
    child.stdout?.setEncoding('utf8').on('data', keep)
    child.stderr?.setEncoding('utf8').on('data', keep)
    const sampler = setInterval(() => this.usage(), sampleMilliseconds)
    sampler.unref()
    // Whoever inherited its output could keep that open for ever: after the end, what comes late is not waited for.
    child.once('exit', () => setTimeout(() => closeOutput(child), lateOutputMilliseconds).unref())
    this.ended = new Promise(resolve => {
      child.once('close', (code, signal) => {
        clearInterval(sampler)
        this.exit = signal === null ? { code: code ?? 0 } : { signal }
        this.#tell()
        resolve(this.exit)
      })
    })
  }

  /** All output up to now, both streams in the order of arrival. */
  log(): string {
    return this.#log
  }

  /** Peak memory and CPU time; after the end, as they were at most a tenth of a second before it. */
  usage(): Usage {
    if (this.exit === undefined) this.#usage = readUsage(this.pid) ?? this.#usage
    return this.#usage
  }

  /**
   * Waits until the output matches `pattern`.
   * @throws Error with the end of the log when the process ends before, or after `timeoutSeconds`
   */
  async waitForOutput(pattern: RegExp, timeoutSeconds = 30): Promise<RegExpExecArray> {
    return await this.#waitFor(() => pattern.exec(this.#log) ?? undefined, `the output ${pattern}`, timeoutSeconds)
  }

  /**
   * Waits until `url` answers with a status below 400.
   * @throws Error with the end of the log when the process ends before, or after `timeoutSeconds`
   */
  async waitForHttp(url: string, timeoutSeconds = 30): Promise<void> {
    const answers = async (): Promise<boolean> => {
      const response = await fetch(url, { signal: AbortSignal.timeout(2000) }).catch(() => undefined)
      await response?.body?.cancel()
      return response?.ok === true
    }
    await this.waitUntil(`an answer of ${url}`, answers, timeoutSeconds)
  }

  /**
   * Asks `met` again and again until it is true.
   * @throws Error with the end of the log when the process ends before, or after `timeoutSeconds`
   */
  async waitUntil(what: string, met: () => Promise<boolean>, timeoutSeconds = 30): Promise<void> {
    let over = false
    const poll = async (): Promise<void> => {
      while (!over && !(await met())) await new Promise(resolve => setTimeout(resolve, pollMilliseconds))
    }
    const giveUp = this.#waitFor(() => (over ? true : undefined), what, timeoutSeconds)
    try {
      await Promise.race([poll(), giveUp])
    } finally {
      over = true
      this.#tell()
    }
  }

  /**
   * Asks it to end by SIGTERM and waits.
   * @throws Error when it does not end in time (it is killed then)
   */
  async stop(timeoutSeconds = 20): Promise<Exit> {
    this.signal('SIGTERM')
    try {
      return await this.#waitFor(() => this.exit, 'its end after SIGTERM', timeoutSeconds, true)
    } catch (error) {
      await this.kill()
      throw error
    }
  }

  /** Ends it by SIGKILL, now. */
  async kill(): Promise<Exit> {
    this.signal('SIGKILL')
    return await this.ended
  }

  /** Sends a signal; nothing happens when it has ended. */
  signal(name: NodeJS.Signals): void {
    if (this.exit === undefined) this.#child.kill(name)
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher()
  }

  #waitFor<T>(look: () => T | undefined, what: string, timeoutSeconds: number, endIsFine = false): Promise<T> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const found = look()
        if (found !== undefined) settle(() => resolve(found))
        else if (this.exit !== undefined && !endIsFine) fail(`ended (${describeExit(this.exit)}) before`)
      }
      const fail = (why: string): void =>
        settle(() => reject(new Error(`${this.name} ${why} ${what}; its log ends with:\n${tail(this.#log)}`)))
      const timer = setTimeout(() => fail(`gave in ${timeoutSeconds} s not`), timeoutSeconds * 1000)
      const settle = (act: () => void): void => {
        clearTimeout(timer)
        this.#watchers.delete(check)
        act()
      }
      this.#watchers.add(check)
      check()
    })
  }
}

function closeOutput(child: ChildProcess): void {
  child.stdout?.destroy()
  child.stderr?.destroy()
}

/** `exit code 1` or `SIGKILL`. */
export function describeExit(exit: Exit): string {
  return exit.signal ?? `exit code ${exit.code}`
}

/** Starts a program; it is killed when the lab is closed, and by the kernel when this process dies. */
export async function startProcess(
  lab: Lab,
  command: string,
  args: readonly string[],
  { name = command.split('/').at(-1) ?? command, cwd, env }: ProcessOptions = {},
): Promise<LabProcess> {
  // setpriv becomes the command itself, so the process id is that of the command.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', command, ...args], {
    cwd: cwd ?? lab.directory,
    env: { ...process.env, LC_ALL: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  await new Promise((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', cause => reject(new Error(`cannot start ${name}`, { cause })))
  })
  if (child.pid === undefined) throw new Error(`${name} was started without a process id`)
  const started = new LabProcess(name, child.pid, child, join(lab.directory, `${name}.log`))
  lab.onClose(() => started.kill())
  return started
}
