import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { freePort, repocast } from '../demo/daemons.ts'
import { type Cost, Measured, measure } from './measure.ts'

const run = promisify(execFile)

interface Shape {
  readonly name: string
  readonly files: number
  readonly bytes: number
}

/** The shapes of every repository: many small files, a few large ones, and more small ones than most have. */
const shapes: readonly Shape[] = [
  { name: '100,000 files of 2 kB', files: 100_000, bytes: 2000 },
  { name: '200 files, 2 GB', files: 200, bytes: 10_000_000 },
  { name: '1,000,000 files of 2 kB', files: 1_000_000, bytes: 2000 },
]

interface Row {
  readonly what: string
  readonly seconds: number
  readonly cpuSeconds: number
  readonly peakBytes: number
  readonly movedBytes?: number
}

const help = `npm run bench -- files [part of a name] [options]

One origin and one agent on this machine: publish, first sync, updates by 3 % and 0.1 % and a restart of these shapes, or of those with the
part in their name:
${shapes.map(({ name }) => `  ${name}\n`).join('')}
  --write             put the tables into docs/benchmarks.md
`

/**
 * All shapes, or those whose name has the first argument in it.
 * @returns tables in Markdown, undefined for --help
 * @throws for an unknown option, or a name that none has
 */
export async function benchAllFiles(
  args: readonly string[],
  tell: (text: string) => void,
): Promise<string | undefined> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { help: { type: 'boolean', default: false } },
  })
  if (values.help) {
    tell(help)
    return undefined
  }
  const chosen = shapes.filter(({ name }) => name.includes(positionals[0] ?? ''))
  if (chosen.length === 0) throw new Error(`no shape has "${positionals[0]}" in its name; see --help`)
  const sections: string[] = []
  for (const shape of chosen) {
    tell(shape.name)
    const rows = await benchFiles(shape, text => tell(`  ${text}`))
    sections.push(`### ${shape.name}\n\n${table(rows)}`)
  }
  return sections.join('\n\n')
}

function table(rows: readonly Row[]): string {
  const head = '| what | seconds | CPU seconds | peak memory | moved |\n| --- | --: | --: | --: | --: |'
  const lines = rows.map(({ what, seconds, cpuSeconds, peakBytes, movedBytes }) => {
    const columns = [
      what,
      seconds > 0 ? seconds.toFixed(1) : '',
      cpuSeconds > 0 ? cpuSeconds.toFixed(1) : '',
      peakBytes > 0 ? `${Math.round(peakBytes / 1e6)} MB` : '',
      movedBytes === undefined ? '' : `${(movedBytes / 1e6).toFixed(1)} MB`,
    ]
    return `| ${columns.join(' | ')} |`
  })
  return [head, ...lines].join('\n')
}

/** Publish, first sync, no-op publish, updates and their syncs, of one shape. */
async function benchFiles({ files, bytes }: Shape, tell: (text: string) => void): Promise<Row[]> {
  const directory = await mkdtemp(join(tmpdir(), 'repocast-bench-'))
  const rows: Row[] = []
  const note = (what: string, cost: Omit<Cost, 'output'>, movedBytes?: number): void => {
    const { seconds, cpuSeconds, peakBytes } = cost
    rows.push({ what, seconds, cpuSeconds, peakBytes, ...(movedBytes !== undefined && { movedBytes }) })
    tell(`${what}: ${seconds.toFixed(1)} s`)
  }
  try {
    const source = join(directory, 'source')
    for (let k = 0; k < files; k += 1) await writeOne(source, k, bytes, 1)
    const origin = join(directory, 'origin')
    const port = await freePort(8800)
    const peerPort = String(await freePort(8801))
    const listen = `127.0.0.1:${port}`
    await repocast(
      'origin',
      'init',
      '--data',
      origin,
      '--url',
      `http://${listen}`,
      '--listen',
      listen,
      '--peer-port',
      peerPort,
    )
    note('publish, first', await measure('origin', 'publish', 'bench', source, '--data', origin, '--json'))
    note('publish, nothing changed', await measure('origin', 'publish', 'bench', source, '--data', origin, '--json'))
    const started = performance.now()
    await run('find', [source, '-printf', '%p %s %T@\\n'], { maxBuffer: 1024 ** 3 })
    rows.push({
      what: '(find -printf over the same tree)',
      seconds: (performance.now() - started) / 1000,
      cpuSeconds: 0,
      peakBytes: 0,
    })
    const daemon = new Measured(['origin', 'run', '--data', origin])
    await daemon.waitFor(/the origin is running/)
    const link = await repocast('origin', 'link', 'bench', '--data', origin)
    const sync = async (): Promise<{ cost: Cost; moved: number }> => {
      const cost = await measure(
        'agent',
        'sync',
        link,
        join(directory, 'served'),
        '--data',
        join(directory, 'agent'),
        '--json',
      )
      const last = JSON.parse(cost.output.trim().split('\n').at(-1) ?? '{}') as { downloadedBytes: number }
      return { cost, moved: last.downloadedBytes }
    }
    const before = daemon.usage()
    const first = await sync()
    note('first sync, agent', first.cost, first.moved)
    const after = daemon.usage()
    note('first sync, origin', {
      seconds: first.cost.seconds,
      cpuSeconds: after.cpuSeconds - before.cpuSeconds,
      peakBytes: after.peakBytes,
    })
    for (const [k, share] of [0.03, 0.001].entries()) {
      const changed = Math.ceil(files * share)
      const percent = `${share * 100} %`
      for (let n = 0; n < changed; n += 1) await writeOne(source, Math.floor((n * files) / changed), bytes, k + 2)
      await run('sleep', ['2.1']) // Files that were written just now are read once more by a later publish.
      note(
        `publish, ${percent} changed`,
        await measure('origin', 'publish', 'bench', source, '--data', origin, '--json'),
      )
      const { cost, moved } = await sync()
      note(`update by ${percent}, agent`, cost, moved)
      const nothing = { seconds: 0, cpuSeconds: 0, peakBytes: 0 }
      rows.push({ what: '(bytes of the changed files)', ...nothing, movedBytes: changed * bytes })
    }
    for (const row of await benchRestart(link, directory)) rows.push(row)
    await daemon.stop()
    return rows
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** How long an agent is idle while it is measured. */
const idleSeconds = 60

/** A daemon that finds everything there: from its start until it shares all packs, and what it takes while nothing happens. */
async function benchRestart(link: string, directory: string): Promise<Row[]> {
  const data = join(directory, 'agent')
  const listen = `127.0.0.1:${await freePort(8802)}`
  const repository = `  - link: "${link}"\n    path: ${join(directory, 'served')}\n`
  const ports = `listen: ${listen}\npeer-port: ${await freePort(8803)}\n`
  await writeFile(join(data, 'agent.yaml'), `name: bench\n${ports}repositories:\n${repository}`)
  const start = performance.now()
  const agent = new Measured(['agent', 'run', '--data', data])
  await agent.waitFor(/all packs are shared/)
  const seconds = (performance.now() - start) / 1000
  const started = agent.usage()
  await run('sleep', ['30']) // what the start left behind goes
  const before = agent.usage()
  await run('sleep', [String(idleSeconds)])
  const after = agent.usage()
  const idle = { cpuSeconds: after.cpuSeconds - before.cpuSeconds, peakBytes: agent.residentBytes() }
  await agent.stop()
  return [
    { what: 'agent, start until it seeds', seconds, ...started },
    { what: `agent, idle for ${idleSeconds} s (memory: now)`, seconds: idleSeconds, ...idle },
  ]
}

async function writeOne(source: string, k: number, bytes: number, round: number): Promise<void> {
  const directory = join(source, `pool/${String(k % 300).padStart(3, '0')}`)
  if (k < 300 && round === 1) await mkdir(directory, { recursive: true })
  const content = Buffer.alloc(bytes)
  // Every eighth byte differs from file to file and from place to place; it cannot be shared.
  let state = (k + 1) * 2654435761 + round * 40503
  for (let at = 0; at + 4 <= bytes; at += 8) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    content.writeUInt32LE(state, at)
  }
  const path = join(directory, `package-${k}.bin`)
  await writeFile(path, content)
  await utimes(path, 1_700_000_000 + round, 1_700_000_000 + round)
}
