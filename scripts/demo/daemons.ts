import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const program = fileURLToPath(new URL('../../node_modules/.bin/repocast', import.meta.url))
const run = promisify(execFile)

/** Runs a command of repocast to its end; gives what it printed. */
export async function repocast(...args: readonly string[]): Promise<string> {
  return (await run(program, [...args], { maxBuffer: 64 * 1024 * 1024 })).stdout.trim()
}

/** A daemon of the demo. */
export interface Daemon {
  readonly name: string
  readonly url: string
  readonly data: string
  stop(): Promise<void>
}

/** A port that is free now, preferably `wanted`. */
export async function freePort(wanted: number): Promise<number> {
  for (const port of [wanted, 0]) {
    const server = createServer()
    try {
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
      const address = server.address()
      if (typeof address === 'object' && address) return address.port
    } catch {
      // Somebody has it: any other will do.
    } finally {
      server.close()
    }
  }
  throw new Error('there is no free port')
}

export async function startOrigin(directory: string): Promise<Daemon> {
  const data = join(directory, 'origin')
  const [port, peerPort] = [await freePort(8700), await freePort(8701)]
  const url = `http://127.0.0.1:${port}`
  await repocast(
    'origin',
    'init',
    '--data',
    data,
    '--url',
    url,
    '--listen',
    `127.0.0.1:${port}`,
    '--peer-port',
    String(peerPort),
  )
  return await startDaemon('origin', url, data)
}

export async function startAgent(directory: string, name: string, k: number, link: string): Promise<Daemon> {
  const data = join(directory, name)
  const [port, peerPort] = [await freePort(8710 + 2 * k), await freePort(8711 + 2 * k)]
  const configuration = {
    name,
    listen: `127.0.0.1:${port}`,
    'peer-port': peerPort,
    repositories: [{ link, path: join(data, 'www', 'demo') }],
  }
  await run('mkdir', ['-p', data])
  // JSON is YAML.
  await writeFile(join(data, 'agent.yaml'), `${JSON.stringify(configuration, null, 2)}\n`)
  return await startDaemon('agent', `http://127.0.0.1:${port}`, data, name)
}

async function startDaemon(kind: 'origin' | 'agent', url: string, data: string, name: string = kind): Promise<Daemon> {
  const log = openSync(join(data, 'log'), 'a')
  const child = spawn(program, [kind, 'run', '--data', data], { stdio: ['ignore', log, log] })
  closeSync(log)
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  await waitUntilUp(child, url, join(data, 'log'))
  return { name, url, data, stop }
}

async function waitUntilUp(child: ChildProcess, url: string, log: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (child.exitCode !== null) throw new Error(`it ended at once, see ${log}`)
    const response = await fetch(`${url}/healthz`).catch(() => undefined)
    if (response?.ok) return
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  throw new Error(`nothing answers at ${url}, see ${log}`)
}
