import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Latencies } from './latencies.ts'
import { loadHttp } from './load/http.ts'
import { announceEveryone, loadUdp } from './load/udp.ts'
import { LoadPeers } from './peers.ts'
import { TrackerProcess } from './process.ts'
import { bittorrentTracker } from './trackers/bittorrent-tracker.ts'
import type { TrackerKind } from './trackers/kind.ts'
import { opentracker } from './trackers/opentracker.ts'
import { repocast } from './trackers/repocast.ts'

const kinds: Readonly<Record<string, TrackerKind>> = { repocast, 'bittorrent-tracker': bittorrentTracker, opentracker }

const help = `npm run bench -- tracker [options]

Announces over loopback to one tracker after the other, as fast as answers come.

  --trackers a,b     of ${Object.keys(kinds).join(', ')} (what is not installed is left out)
  --peers 100000     that are known before
  --swarms 200       of the same size
  --clients 64       that ask at the same time
  --seconds 6        of each measurement
  --write            put the table into docs/benchmarks.md

BENCH_NODE_OPTIONS in the environment goes to repocast, such as --cpu-prof.
`

/** @returns a table in Markdown; undefined when there is none */
export async function benchTracker(args: readonly string[], tell: (text: string) => void): Promise<string | undefined> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      trackers: { type: 'string', default: Object.keys(kinds).join(',') },
      peers: { type: 'string', default: '100000' },
      swarms: { type: 'string', default: '200' },
      clients: { type: 'string', default: '64' },
      seconds: { type: 'string', default: '6' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    tell(help)
    return undefined
  }
  const [count, swarms, clients, seconds] = [values.peers, values.swarms, values.clients, values.seconds].map(Number)
  if (!count || !swarms || !clients || !seconds)
    throw new Error('--peers, --swarms, --clients and --seconds take numbers above 0')
  const peers = new LoadPeers(count, swarms)
  const rows: string[] = []
  const memory: string[] = []
  for (const name of values.trackers.split(',')) {
    const kind = kinds[name]
    if (kind === undefined) throw new Error(`there is no tracker ${name}: choose of ${Object.keys(kinds).join(', ')}`)
    const missing = kind.missing()
    if (missing !== undefined) tell(`${name} is skipped: it needs ${missing}`)
    else {
      for await (const row of measureTracker(kind, peers, { clients, seconds })) {
        if (row.kind === 'memory') memory.push(row.text)
        else rows.push(row.text)
        tell(row.text)
      }
    }
  }
  return [loadHead, ...rows, '', memoryHead, ...memory].join('\n')
}

const loadHead = `| tracker | how | announces/s | p50 ms | p99 ms | CPU µs per announce |
| --- | --- | --: | --: | --: | --: |`
const memoryHead = `| tracker | peers | MB before | MB with the peers | bytes a peer |
| --- | --: | --: | --: | --: |`

interface Row {
  readonly kind: 'load' | 'memory'
  readonly text: string
}

async function* measureTracker(
  kind: TrackerKind,
  peers: LoadPeers,
  { clients, seconds }: { readonly clients: number; readonly seconds: number },
): AsyncIterableIterator<Row> {
  const directory = await mkdtemp(join(tmpdir(), 'repocast-bench-tracker-'))
  const port = await freePort()
  const infoHashes = peers.infoHashes.map(hash => hash.toString('hex'))
  const tracker = new TrackerProcess(await kind.command(directory, port, infoHashes), port)
  try {
    await tracker.ready()
    // Whatever it loads at its first announces is not counted for the peers.
    await loadUdp(new LoadPeers(1000, 20), { port, clients: 20, seconds: 2 })
    const before = tracker.residentBytes
    await announceEveryone(peers, port)
    await new Promise(resolve => setTimeout(resolve, 3000))
    const after = tracker.residentBytes
    const megabytes = (bytes: number) => Math.round(bytes / 1e6)
    const perPeer = Math.round((after - before) / peers.count)
    yield { kind: 'memory', text: line([kind.name, peers.count, megabytes(before), megabytes(after), perPeer]) }

    const load = { port, clients, seconds }
    const measures: readonly (readonly [string, () => Promise<Latencies>])[] = [
      ['UDP', () => loadUdp(peers, load)],
      ['HTTP, a connection each', () => loadHttp(peers, load, false)],
      ['HTTP, kept alive', () => loadHttp(peers, load, true)],
    ]
    for (const [how, measure] of measures) {
      const [begun, cpuBefore] = [performance.now(), tracker.cpuSeconds]
      const latencies = await measure().catch((error: Error) => error)
      if (latencies instanceof Error) {
        yield { kind: 'load', text: line([kind.name, how, `not possible: ${latencies.message}`, '', '', '']) }
        continue
      }
      const taken = (performance.now() - begun) / 1000
      const cpu = ((tracker.cpuSeconds - cpuBefore) / latencies.count) * 1e6
      const [p50, p99] = [latencies.quantile(0.5).toFixed(1), latencies.quantile(0.99).toFixed(1)]
      yield {
        kind: 'load',
        text: line([kind.name, how, Math.round(latencies.count / taken), p50, p99, cpu.toFixed(1)]),
      }
    }
  } finally {
    await tracker.stop()
    await rm(directory, { recursive: true, force: true })
  }
}

function line(cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
