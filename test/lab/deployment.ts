import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'yaml'
import type { Lab } from './lab.ts'
import { checkout } from './paths.ts'
import { runCommand } from './run/command.ts'
import { freePort } from './run/ports.ts'
import { type LabProcess, startProcess } from './run/process.ts'
import { repocast } from './run/repocast.ts'

const program = `${checkout}/node_modules/.bin/repocast`

/** Where a daemon of ours runs: an address, and the words that start a program there (a network namespace). */
export interface Host {
  readonly address: string
  readonly through: readonly string[]
}

const localhost: Host = { address: '127.0.0.1', through: [] }

/** An origin of a test, on free ports. */
export interface LabOrigin {
  readonly url: string
  readonly data: string
  /** The daemon as it runs now. */
  process: LabProcess
  /** Publishes a tree; the result is what `--json` prints. */
  publish(name: string, tree: string): Promise<PublishedSnapshot>
  link(name: string): Promise<string>
  /** Sets keys of origin.yaml, for the next start. */
  configure(settings: Readonly<Record<string, unknown>>): void
  /** Starts the daemon again after it has ended. */
  restart(): Promise<void>
}

export interface PublishedSnapshot {
  readonly serial: number
  readonly published: boolean
  readonly kind: string
  readonly packs: readonly { readonly infoHash: string; readonly bytes: number }[]
  readonly newPacks: readonly string[]
  readonly total: { readonly files: number; readonly bytes: number }
  readonly new: { readonly files: number; readonly bytes: number }
}

export interface OriginSettings {
  readonly host?: Host
  /** The tracker also answers over UDP there. */
  readonly udpPort?: number
  /** What peers are told instead of the host's address. */
  readonly peerAddress?: string
  /** Settings for single repositories, as in origin.yaml. */
  readonly repositories?: Readonly<Record<string, object>>
  /** Added to the environment of the daemon and of commands. */
  readonly env?: Readonly<Record<string, string>>
  /** Further keys of its configuration. */
  readonly settings?: Readonly<Record<string, unknown>>
}

export async function startOrigin(
  lab: Lab,
  { host = localhost, udpPort, peerAddress, repositories = {}, env = {}, settings: more = {} }: OriginSettings = {},
): Promise<LabOrigin> {
  const data = lab.newDirectory('origin')
  const [port, peerPort] = [await freePort(), await freePort()]
  const url = `http://${host.address}:${port}`
  await repocast(['origin', 'init', '--data', data, '--url', url, '--peer-port', String(peerPort)])
  const settings = [
    ...(udpPort === undefined ? [] : [`s/# udp-port: .*/udp-port: ${udpPort}/`]),
    `s|^repositories: .*|repositories: ${JSON.stringify(repositories)}|`,
    ...(peerAddress === undefined ? [] : [`s/^# peer-address: .*/peer-address: ${peerAddress}/`]),
  ]
  for (const setting of settings) await runCommand('sed', ['-i', setting, join(data, 'origin.yaml')])
  const configure = (keys: Readonly<Record<string, unknown>>): void => {
    const path = join(data, 'origin.yaml')
    // JSON is YAML.
    writeFileSync(path, JSON.stringify({ ...parse(readFileSync(path, 'utf8')), ...keys }, null, 2))
  }
  if (Object.keys(more).length > 0) configure(more)
  const start = async (): Promise<LabProcess> =>
    await startDaemon(lab, host, ['origin', 'run', '--data', data], /the origin is running/, env)
  const origin: LabOrigin = {
    url,
    data,
    process: await start(),
    async publish(name, tree) {
      const { stdout } = await repocast(['origin', 'publish', name, tree, '--data', data, '--json'], { env })
      return JSON.parse(stdout) as PublishedSnapshot
    },
    configure,
    link: async name => (await repocast(['origin', 'link', name, '--data', data])).stdout.trim(),
    async restart() {
      origin.process = await start()
    },
  }
  return origin
}

/** An agent of a test that follows repositories. */
export interface LabAgent {
  readonly url: string
  readonly peerPort: number
  readonly data: string
  process: LabProcess
  /** The served path of a repository. */
  servedPath(name: string): string
  status(): Promise<LabAgentStatus>
  /** Waits until it serves at least this serial. */
  waitForSerial(name: string, serial: number, timeoutSeconds?: number): Promise<void>
  /** Writes agent.yaml again with other settings, for the next start. */
  configure(settings: Readonly<Record<string, unknown>>): void
  /** Changes a key of its repositories, and has it read its configuration again. */
  reload(repository: Readonly<Record<string, unknown>>): void
  /** Waits until a repository's status is what is asked for. */
  waitFor(
    name: string,
    isIt: (status: LabRepositoryStatus) => boolean,
    timeoutSeconds?: number,
  ): Promise<LabRepositoryStatus>
  restart(): Promise<void>
}

export interface LabAgentStatus {
  readonly dhtNodes?: number
  readonly downloadedBytes: number
  readonly uploadedBytes: number
  readonly fromMirrorsBytes: number
  readonly fromOriginBytes: number
  readonly fromWebSeedBytes: number
  readonly scrub: {
    readonly isRunning: boolean
    readonly done: number
    readonly finished: string | null
    readonly found: number
    readonly healed: number
    readonly lost: number
  }
  readonly repositories: readonly LabRepositoryStatus[]
  readonly limits: LabLimits & { readonly repositories: readonly (LabLimits & { readonly name: string })[] }
}

/** Bytes per second; null: without limit. */
export interface LabLimits {
  readonly uploadRate: number | null
  readonly downloadRate: number | null
  readonly until: string | null
}

export interface LabRepositoryStatus {
  readonly name: string
  readonly state: string
  readonly serial: number | null
  readonly newestSerial: number | null
  readonly hold?: number
  readonly kept?: readonly number[]
  readonly bytesDone: number
  readonly swapDue?: string
  readonly swapped: string | null
  readonly bytesWanted: number
  readonly filter?: {
    readonly files: number
    readonly bytes: number
    readonly leftOutFiles: number
    readonly leftOutBytes: number
  }
  readonly error: { readonly code: string; readonly message: string } | null
}

export interface AgentSettings {
  readonly name?: string
  readonly host?: Host
  readonly env?: Readonly<Record<string, string>>
  /** Its data directory; by default a new one. */
  readonly data?: string
  /** Further keys of each of its repositories. */
  readonly repository?: Readonly<Record<string, unknown>>
  /** Further keys of its configuration. */
  readonly settings?: Readonly<Record<string, unknown>>
}

export async function startAgent(
  lab: Lab,
  links: Readonly<Record<string, string>>,
  {
    name = 'agent',
    host = localhost,
    data = lab.newDirectory(name),
    settings = {},
    repository = {},
    env = {},
  }: AgentSettings = {},
): Promise<LabAgent> {
  const served = join(data, 'www')
  const [port, peerPort] = [await freePort(), await freePort()]
  const url = `http://${host.address}:${port}`
  const repositories = Object.entries(links).map(([one, link]) => ({ link, path: join(served, one), ...repository }))
  const configuration = {
    name,
    listen: `${host.address}:${port}`,
    'peer-port': peerPort,
    'poll-interval': '2s',
    repositories,
    ...settings,
  }
  const configure = (more: Readonly<Record<string, unknown>>): void =>
    // JSON is YAML.
    writeFileSync(join(data, 'agent.yaml'), JSON.stringify({ ...configuration, ...more }, null, 2))
  configure({})
  const start = async (): Promise<LabProcess> =>
    await startDaemon(lab, host, ['agent', 'run', '--data', data], /the agent is running/, env)
  // In a namespace the status can be asked for from there only.
  const status = async (): Promise<LabAgentStatus> => {
    const [command = 'curl', ...rest] = [...host.through, 'curl', '-sf', '--max-time', '5', `${url}/status.json`]
    return JSON.parse((await runCommand(command, rest)).stdout) as LabAgentStatus
  }
  const agent: LabAgent = {
    url,
    peerPort,
    data,
    process: await start(),
    servedPath: one => join(served, one),
    status,
    configure,
    reload(more) {
      configure({ repositories: repositories.map(one => ({ ...one, ...more })) })
      process.kill(agent.process.pid, 'SIGHUP')
    },
    async waitForSerial(repository, serial, timeoutSeconds) {
      await agent.waitFor(repository, status => (status.serial ?? 0) >= serial, timeoutSeconds)
    },
    async waitFor(repository, isIt, timeoutSeconds = 60) {
      const deadline = Date.now() + timeoutSeconds * 1000
      for (; ; await sleep(50)) {
        const found = (await status()).repositories.find(one => one.name === repository)
        if (found && isIt(found)) return found
        if (Date.now() > deadline) {
          throw new Error(`${name}: ${repository} is still ${JSON.stringify(found)}\n${agent.process.log()}`)
        }
      }
    },
    async restart() {
      agent.process = await start()
    },
  }
  return agent
}

async function startDaemon(
  lab: Lab,
  { through }: Host,
  args: readonly string[],
  ready: RegExp,
  env: Readonly<Record<string, string>> = {},
): Promise<LabProcess> {
  const [command = program, ...rest] = [...through, program, ...args]
  const started = await startProcess(lab, command, rest, { name: `repocast-${args[0]}-${args[1]}`, env })
  await started.waitForOutput(ready)
  return started
}
