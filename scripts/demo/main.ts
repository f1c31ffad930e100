import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { AgentStatus } from '@repocast/api'
import { type Daemon, repocast, startAgent, startOrigin } from './daemons.ts'
import { firstPackages, nextPackages, writeRepository } from './sample-repository.ts'
import { heading, MirrorBars, megabytes, mirrorTable, say } from './show.ts'
import { agentStatus, originStats, publish, verifyMirror, waitForMirrors } from './story.ts'

const { values } = parseArgs({ options: { once: { type: 'boolean', default: false } } })
const directory = await mkdtemp(join(tmpdir(), 'repocast-demo-'))
const daemons: Daemon[] = []
const interrupted = new Promise<void>(resolve => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
})

async function end(): Promise<void> {
  await Promise.all(daemons.map(async daemon => await daemon.stop()))
  await rm(directory, { recursive: true, force: true })
}

async function tell(): Promise<void> {
  heading('repocast: one origin, three mirrors, all on this machine')
  say(`everything lies in ${directory} and is removed at the end`)

  heading('1. A deb repository to publish')
  const source = join(directory, 'source')
  await mkdir(source)
  const packages = firstPackages()
  await writeRepository(source, packages, new Date('2026-01-01T00:00:00Z'))
  say(`${packages.length} packages with Packages, Release and pool, as apt wants them`)

  heading('2. An origin and three mirrors')
  const origin = await startOrigin(directory)
  daemons.push(origin)
  const link = await repocast('origin', 'link', 'demo', '--data', origin.data)
  say(`the mirrors are told one line: ${link}`)
  const mirrors = await Promise.all(
    ['mirror-1', 'mirror-2', 'mirror-3'].map((name, k) => startAgent(directory, name, k, link)),
  )
  daemons.push(...mirrors)
  const nothing = await Promise.all(mirrors.map(agentStatus))

  heading('3. The first snapshot')
  const first = await publish(origin, source)
  say(`published serial ${first.serial}: ${first.total.files} files, ${megabytes(first.total.bytes)}`)
  const bars = new MirrorBars()
  const synced = await waitForMirrors(mirrors, first.serial, statuses => bars.draw(statuses))
  await showTransfer(origin, nothing, synced, first.total.bytes, 0)
  const uploadedFirst = (await originStats(origin)).totals.originUploadedBytes

  heading('4. The next day: two packages updated, one new, one removed')
  await writeRepository(source, nextPackages(packages), new Date('2026-01-02T00:00:00Z'))
  const second = await publish(origin, source)
  say(`published serial ${second.serial}: ${megabytes(second.new.bytes)} of ${megabytes(second.total.bytes)} are new`)
  const updated = await waitForMirrors(mirrors, second.serial, () => {})
  await showTransfer(origin, synced, updated, second.new.bytes, uploadedFirst)

  heading('5. Every mirror against the origin')
  for (const mirror of mirrors) {
    const entries = await verifyMirror(source, mirror)
    say(`${mirror.name}: ${entries} entries are the same, in content, mode and time`)
  }

  heading('To look at')
  say(`dashboard     ${origin.url}/  (and /stats, /stats.json, /metrics)`)
  for (const { name, url } of mirrors) say(`${name.padEnd(13)} ${url}/demo/dists/stable/Release  (and /status.json)`)
  if (values.once) return
  say('Ctrl-C ends everything')
  await interrupted
}

async function showTransfer(
  origin: Daemon,
  before: readonly AgentStatus[],
  after: readonly AgentStatus[],
  newBytes: number,
  uploadedBefore: number,
): Promise<void> {
  mirrorTable(before, after)
  const uploaded = (await originStats(origin)).totals.originUploadedBytes - uploadedBefore
  const rsync = newBytes * after.length
  say(`the origin gave ${megabytes(uploaded)}; by rsync it would have given at least ${megabytes(rsync)}`)
}

try {
  await Promise.race([tell(), interrupted])
} catch (error) {
  process.stderr.write(`the demo failed: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
} finally {
  await end()
}
