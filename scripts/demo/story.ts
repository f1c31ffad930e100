import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { AgentStatus, StatsDocument } from '@repocast/api'
import { type Daemon, repocast } from './daemons.ts'

const run = promisify(execFile)

/** Waits until every mirror serves the serial; `onLook` sees how far they are meanwhile. */
export async function waitForMirrors(
  mirrors: readonly Daemon[],
  serial: number,
  onLook: (statuses: readonly AgentStatus[]) => void,
): Promise<AgentStatus[]> {
  for (;;) {
    const statuses = await Promise.all(mirrors.map(agentStatus))
    onLook(statuses)
    if (statuses.every(status => (status.repositories[0]?.serial ?? 0) >= serial)) return statuses
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

export async function agentStatus({ url }: Daemon): Promise<AgentStatus> {
  return (await (await fetch(`${url}/status.json`)).json()) as AgentStatus
}

export async function originStats({ url }: Daemon): Promise<StatsDocument> {
  return (await (await fetch(`${url}/stats.json`)).json()) as StatsDocument
}

export interface Published {
  readonly serial: number
  readonly total: { readonly files: number; readonly bytes: number }
  readonly new: { readonly files: number; readonly bytes: number }
}

export async function publish(origin: Daemon, tree: string): Promise<Published> {
  return JSON.parse(await repocast('origin', 'publish', 'demo', tree, '--data', origin.data, '--json')) as Published
}

/** Compares what a mirror serves with the source, byte for byte, with modes and times. @throws with the first differences */
export async function verifyMirror(source: string, { data, url }: Daemon): Promise<number> {
  const served = join(data, 'www', 'demo')
  await run('diff', ['-r', '--no-dereference', `${source}/`, `${served}/`])
  const list = async (directory: string) =>
    (await run('find', ['.', '-printf', '%P %y %m %Ts %l\\n'], { cwd: directory, maxBuffer: 64 * 1024 * 1024 })).stdout
      .replaceAll(/\.\d+ /g, ' ')
      .split('\n')
      .sort()
  const [wanted, found] = [await list(source), await list(served)]
  const different = wanted.filter((line, k) => line !== found[k])
  if (different.length > 0) throw new Error(`${served} differs from ${source}: ${different.slice(0, 5).join('; ')}`)
  const release = await (await fetch(`${url}/demo/dists/stable/Release`)).text()
  if (release !== (await readFile(join(source, 'dists/stable/Release'), 'utf8')))
    throw new Error(`${url} serves another Release`)
  return wanted.length - 1
}
