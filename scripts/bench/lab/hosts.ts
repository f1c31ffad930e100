import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Reading, type Usage, usageOf } from '../usage.ts'
import { Tally } from './tally.ts'

const run = promisify(execFile)
const source = fileURLToPath(new URL('wire.c', import.meta.url))
const prefix = '10.77.0'

/** One host's access line. Mbit/s, ms, per cent of the packets that it sends. */
export interface AccessLine {
  readonly up: number
  readonly down: number
  readonly rtt: number
  readonly loss: number
}

/**
 * Hosts as network namespaces, joined by `wire` (delay, loss, downlinks), with uplinks that tc shapes. Needs root, `ip`,
 * `tc` and a C compiler. Nothing leaves the namespaces: they have no other interface.
 */
export class Hosts {
  readonly lines: readonly AccessLine[]
  readonly #id: string
  readonly #directory: string
  readonly #tallies: Tally[]
  #wire: ChildProcess | undefined
  #reader: NodeJS.Timeout | undefined
  #looker: NodeJS.Timeout | undefined
  #looked = 0

  private constructor(id: string, lines: readonly AccessLine[], directory: string) {
    this.#id = id
    this.lines = lines
    this.#directory = directory
    this.#tallies = lines.map(() => new Tally())
  }

  /** Host 0 is the origin. */
  static async up(id: string, lines: readonly AccessLine[], directory: string): Promise<Hosts> {
    const hosts = new Hosts(id, lines, directory)
    try {
      await hosts.#up()
    } catch (error) {
      await hosts.down()
      throw error
    }
    return hosts
  }

  address(host: number): string {
    return `${prefix}.${host + 1}`
  }

  /** Starts a program on a host, in a process group of its own. It ends with the hosts at the latest. */
  spawn(
    host: number,
    command: readonly string[],
    options: { cwd?: string; env?: Record<string, string> } = {},
  ): ChildProcess {
    const env = { ...process.env, ...options.env }
    const child = spawn('ip', ['netns', 'exec', this.#name(host), ...command], {
      ...options,
      env,
      stdio: 'ignore',
      detached: true,
    })
    child.on('error', () => {}) // seen by its missing result
    if (child.pid !== undefined) this.#tallies[host]?.add(child.pid)
    return child
  }

  /** Runs a program on a host to its end; gives what it printed. */
  async run(host: number, command: readonly string[]): Promise<string> {
    const running = run('ip', ['netns', 'exec', this.#name(host), ...command], { maxBuffer: 1e9 })
    const { pid } = running.child
    if (pid !== undefined) this.#tallies[host]?.add(pid)
    const { stdout } = await running
    return stdout.trim()
  }

  /** Bytes on the wire so far, with all headers: element [a][b] from host a to host b; at most 100 ms old. */
  async matrix(): Promise<number[][]> {
    return parseMatrix(await readFile(this.#statistics, 'utf8'), this.lines.length)
  }

  /** Of all that ran on each host since the last `restartUsages`, with what has ended. */
  async usages(): Promise<Usage[]> {
    for (const host of this.lines.keys()) await this.#look(host)
    this.#read()
    return this.#tallies.map(({ usage }) => usage)
  }

  /** Has CPU seconds and peaks of memory count from here. */
  async restartUsages(): Promise<void> {
    await this.usages()
    for (const tally of this.#tallies) {
      for (const pid of tally.pids) resetPeak(pid)
      tally.restart()
    }
  }

  /** Ends one program that `spawn` gave, with its children, and waits until it is gone. */
  async end(program: ChildProcess): Promise<void> {
    if (program.pid === undefined || program.exitCode !== null || program.signalCode !== null) return
    const gone = once(program, 'exit')
    process.kill(-program.pid, 'SIGKILL')
    await gone
  }

  /** Ends all that runs on a host, without a chance to clean up. */
  async kill(host: number): Promise<void> {
    for (const pid of await this.#pids(host)) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // it has ended by itself
      }
    }
  }

  async down(): Promise<void> {
    clearInterval(this.#reader)
    clearInterval(this.#looker)
    for (const host of this.lines.keys()) await this.kill(host)
    this.#wire?.kill('SIGKILL')
    await new Promise(resolve => setTimeout(resolve, 300))
    for (const host of this.lines.keys()) await run('ip', ['netns', 'del', this.#name(host)]).catch(() => {})
  }

  get #statistics(): string {
    return join(this.#directory, 'wire.stats')
  }

  #name(host: number): string {
    return `${this.#id}-h${host}`
  }

  async #pids(host: number): Promise<number[]> {
    const { stdout } = await run('ip', ['netns', 'pids', this.#name(host)]).catch(() => ({ stdout: '' }))
    // the wire works in the namespace of the host that it opened last
    return stdout
      .split('\n')
      .filter(Boolean)
      .map(Number)
      .filter(pid => pid !== this.#wire?.pid)
  }

  async #up(): Promise<void> {
    await mkdir(this.#directory, { recursive: true })
    const binary = join(this.#directory, 'wire')
    await run('cc', ['-O2', '-o', binary, source])
    for (const host of this.lines.keys()) await run('ip', ['netns', 'add', this.#name(host)])
    const links = this.lines.map(
      ({ down, rtt, loss }, host) => `${this.#name(host)}:${rtt * 1000}:${loss * 10_000}:${down * 1e6}`,
    )
    this.#wire = spawn(binary, [this.#statistics, prefix, '1', ...links], { stdio: ['ignore', 'pipe', 'inherit'] })
    const stdout = this.#wire.stdout
    if (stdout) await once(stdout, 'data')
    await writeFile(this.#statistics, '', { flag: 'a' })
    for (const host of this.lines.keys()) await this.#shape(host)
    this.#reader = setInterval(() => this.#read(), readMs)
    this.#looker = setInterval(() => void this.#lookNext(), lookMs)
  }

  async #shape(host: number): Promise<void> {
    const [name, line] = [this.#name(host), this.lines[host]]
    if (line === undefined) return
    const ip = async (...args: string[]): Promise<void> => void (await run('ip', ['-n', name, ...args]))
    const tc = async (...args: string[]): Promise<void> => void (await run('tc', ['-n', name, ...args]))
    await ip('link', 'set', 'lo', 'up')
    await ip('addr', 'add', `${this.address(host)}/24`, 'dev', 'net0')
    // With random loss a packet that the card would cut up loses all its segments at once: send single segments then.
    if (line.loss > 0) await ip('link', 'set', 'net0', 'gso_max_segs', '1')
    await ip('link', 'set', 'net0', 'mtu', '1500', 'up')
    const hundredMs = Math.max(64_000, Math.round((line.up * 1e6 * 0.1) / 8))
    const burst = ['burst', '32k', 'cburst', '32k', 'quantum', '3000']
    await tc('qdisc', 'add', 'dev', 'net0', 'root', 'handle', '1:', 'htb', 'default', '10', 'r2q', '1000')
    await tc(
      'class',
      'add',
      'dev',
      'net0',
      'parent',
      '1:',
      'classid',
      '1:10',
      'htb',
      'rate',
      `${line.up}mbit`,
      ...burst,
    )
    await tc('qdisc', 'add', 'dev', 'net0', 'parent', '1:10', 'handle', '10:', 'bfifo', 'limit', String(hundredMs))
    await ip('route', 'replace', `${prefix}.0/24`, 'dev', 'net0', 'src', this.address(host), 'congctl', 'cubic')
    await this.run(host, ['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/tcp_no_metrics_save'])
  }

  /** Looks for children of children, one host after the other: `ip netns pids` goes through all of /proc. */
  async #lookNext(): Promise<void> {
    const host = this.#looked % this.lines.length
    this.#looked += 1
    await this.#look(host)
  }

  async #look(host: number): Promise<void> {
    for (const pid of await this.#pids(host)) this.#tallies[host]?.add(pid)
  }

  #read(): void {
    for (const tally of this.#tallies) {
      const readings = new Map<number, Reading>()
      for (const pid of tally.pids) {
        const reading = usageOf(pid)
        if (reading !== undefined) readings.set(pid, reading)
      }
      tally.read(readings)
    }
  }
}

/** Between two readings of the processes that are known. */
const readMs = 100

/** Between two looks for processes that are not, each at another host. */
const lookMs = 400

/** Has the kernel forget a process's peak of memory (proc(5), clear_refs). */
function resetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5')
  } catch {
    // it has ended
  }
}

/** The first `hosts` lines of what `wire` writes. Pure. */
export function parseMatrix(text: string, hosts: number): number[][] {
  const rows = text.split('\n').slice(0, hosts)
  return rows.map(row => row.trim().split(/\s+/).map(Number))
}
