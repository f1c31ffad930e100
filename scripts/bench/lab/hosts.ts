import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Usage, usageOf } from '../usage.ts'

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
  readonly #seen: Map<number, Usage>[]
  #wire: ChildProcess | undefined
  #sampler: NodeJS.Timeout | undefined
  #sampled = 0

  private constructor(id: string, lines: readonly AccessLine[], directory: string) {
    this.#id = id
    this.lines = lines
    this.#directory = directory
    this.#seen = lines.map(() => new Map())
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

  /** Starts a program on a host; what it says goes to a file. It ends with the hosts at the latest. */
  spawn(
    host: number,
    command: readonly string[],
    options: { cwd?: string; env?: Record<string, string> } = {},
  ): ChildProcess {
    const env = { ...process.env, ...options.env }
    const child = spawn('ip', ['netns', 'exec', this.#name(host), ...command], { ...options, env, stdio: 'ignore' })
    child.on('error', () => {}) // seen by its missing result
    return child
  }

  /** Runs a program on a host to its end; gives what it printed. */
  async run(host: number, command: readonly string[]): Promise<string> {
    const { stdout } = await run('ip', ['netns', 'exec', this.#name(host), ...command], { maxBuffer: 1e9 })
    return stdout.trim()
  }

  /** Bytes on the wire so far, with all headers: element [a][b] from host a to host b; at most 100 ms old. */
  async matrix(): Promise<number[][]> {
    return parseMatrix(await readFile(this.#statistics, 'utf8'), this.lines.length)
  }

  /** Of all that runs on each host, and of what has ended as far as it was seen. */
  async usages(): Promise<Usage[]> {
    for (const host of this.lines.keys()) await this.#look(host)
    this.#sample()
    return this.#seen.map(processes => ({
      cpuSeconds: [...processes.values()].reduce((sum, usage) => sum + usage.cpuSeconds, 0),
      peakBytes: Math.max(0, ...[...processes.values()].map(usage => usage.peakBytes)),
    }))
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
    clearInterval(this.#sampler)
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
    return stdout.split('\n').filter(Boolean).map(Number)
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
    this.#sampler = setInterval(() => void this.#sampleNext(), sampleMs)
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

  /** Looks for new processes on one host after the other: `ip netns pids` goes through all of /proc. */
  async #sampleNext(): Promise<void> {
    const host = this.#sampled % this.lines.length
    this.#sampled += 1
    await this.#look(host)
    if (host === 0) this.#sample()
  }

  async #look(host: number): Promise<void> {
    for (const pid of await this.#pids(host)) if (!this.#seen[host]?.has(pid)) this.#seen[host]?.set(pid, noUsage)
  }

  #sample(): void {
    for (const processes of this.#seen) {
      for (const [pid, before] of processes) processes.set(pid, usageOf(pid) ?? before)
    }
  }
}

/** Between two looks for processes, each at another host. */
const sampleMs = 400

const noUsage: Usage = { cpuSeconds: 0, peakBytes: 0 }

/** The first `hosts` lines of what `wire` writes. Pure. */
export function parseMatrix(text: string, hosts: number): number[][] {
  const rows = text.split('\n').slice(0, hosts)
  return rows.map(row => row.trim().split(/\s+/).map(Number))
}
