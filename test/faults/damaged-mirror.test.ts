import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type LabAgent, type LabAgentStatus, startAgent, startOrigin } from '../lab/deployment.ts'
import {
  assertSameTree,
  changePlainTree,
  openLab,
  plainTree,
  repocast,
  runCommand,
  treeDifferences,
  tryRepocast,
} from '../lab/index.ts'
import { publishedTree } from '../lab/mirrored-tree.ts'

/** Regular files of a tree, the largest first; absolute. */
async function filesOf(tree: string): Promise<string[]> {
  const { stdout } = await runCommand('find', ['-H', tree, '-type', 'f', '-size', '+1k', '-printf', '%s %p\n'])
  const lines = stdout.trim().split('\n')
  lines.sort((a, b) => Number.parseInt(b, 10) - Number.parseInt(a, 10))
  return lines.map(line => line.slice(line.indexOf(' ') + 1))
}

function flipBit(path: string, offset: number): void {
  const { mtime, atime } = lstatSync(path)
  const fd = openSync(path, 'r+')
  const byte = Buffer.alloc(1)
  readSync(fd, byte, 0, 1, offset)
  writeSync(fd, Buffer.from([(byte[0] ?? 0) ^ 8]), 0, 1, offset)
  closeSync(fd)
  utimesSync(path, atime, mtime) // as a disk does it
}

/** Each kind of damage that disks, programs and people do, through the names that are served. */
function damage(files: readonly string[], served: string): void {
  const [flipped = '', truncated = '', deleted = '', replaced = '', opened = '', edited = '', small = ''] = files
  flipBit(flipped, 70_000)
  flipBit(small, 5)
  truncateSync(truncated, 700)
  rmSync(deleted)
  const { size, atime, mtime, mode } = lstatSync(replaced)
  writeFileSync(`${replaced}.fake`, Buffer.alloc(size, 'x'))
  chmodSync(`${replaced}.fake`, mode)
  utimesSync(`${replaced}.fake`, atime, mtime)
  renameSync(`${replaced}.fake`, replaced)
  chmodSync(opened, 0o606)
  writeFileSync(edited, 'edited on the mirror')
  mkdirSync(join(served, 'backup'))
  writeFileSync(join(served, 'backup/notes.txt'), 'made on the mirror')
}

const damages = 8

async function untilStatus(
  agent: LabAgent,
  isReached: (status: LabAgentStatus) => boolean,
  seconds = 60,
): Promise<LabAgentStatus> {
  const deadline = Date.now() + seconds * 1000
  for (;;) {
    const status = await agent.status()
    if (isReached(status)) return status
    if (Date.now() > deadline) throw new Error(`${JSON.stringify(status, null, 1)}\n${agent.process.log()}`)
    await sleep(100)
  }
}

test('a running agent finds every kind of damage, and heals it without a swap', async () => {
  await using lab = openLab('scrub')
  const source = lab.newDirectory('source')
  await plainTree(source, { seed: 5, files: 120, directories: 8, bytes: 100_000 })
  const origin = await startOrigin(lab)
  const link = await origin.link('tree')
  await origin.publish('tree', source)
  const agent = await startAgent(lab, { tree: link }, { settings: { scrub: { every: '1s', rate: '1GB/s' } } })
  await agent.waitForSerial('tree', 1)
  const served = agent.servedPath('tree')
  const before = await untilStatus(agent, ({ scrub }) => scrub.finished !== null && !scrub.isRunning)
  expect(before.scrub).toMatchObject({ found: 0, healed: 0, lost: 0 })
  const generation = (await runCommand('readlink', [served])).stdout

  const files = await filesOf(served)
  damage(files, served)
  expect((await treeDifferences(source, served)).length).toBeGreaterThanOrEqual(damages)
  const healed = await untilStatus(agent, ({ scrub }) => scrub.found >= damages && scrub.healed >= scrub.found)
  expect(healed.scrub.lost).toBe(0)
  expect(healed.downloadedBytes).toBeGreaterThan(before.downloadedBytes)
  // the top directory's time is mended at the end of a round
  const { finished } = healed.scrub
  await untilStatus(agent, ({ scrub }) => scrub.finished !== finished && !scrub.isRunning)
  await assertSameTree(source, served)
  expect((await runCommand('readlink', [served])).stdout).toBe(generation)
  for (const file of files.slice(0, 7)) {
    const path = file.slice(file.indexOf('/www/tree/') + '/www/tree/'.length).split('/')
    const bytes = await fetch(`${agent.url}/tree/${path.map(encodeURIComponent).join('/')}`)
    await runCommand('cmp', [join(source, ...path), '-'], { input: Buffer.from(await bytes.arrayBuffer()) })
  }
  const metrics = await (await fetch(`${agent.url}/metrics`)).text()
  expect(metrics).toMatch(new RegExp(`repocast_agent_damage_healed_total ${healed.scrub.healed}\\b`))

  // the spare generation is sound, too: the next update is built on it
  await changePlainTree(source, { seed: 6, add: 5, change: 5, remove: 5, bytes: 20_000 })
  await origin.publish('tree', source)
  await agent.waitForSerial('tree', 2)
  await assertSameTree(source, served)
})

test('a scrub goes on where a killed agent stopped, and so does the healing', async () => {
  await using lab = openLab('scrub-killed')
  const { source, origin, link } = await publishedTree(lab, { seed: 8, files: 400, directories: 8, bytes: 40_000 })
  const settings = { scrub: { every: '1s', rate: '4MB/s' } }
  const agent = await startAgent(lab, { tree: link }, { settings })
  await agent.waitForSerial('tree', 1)
  const served = agent.servedPath('tree')
  for (const file of (await filesOf(served)).slice(0, 40)) flipBit(file, 9)
  // nobody has the bytes now
  await origin.process.kill()
  const stopped = await untilStatus(agent, ({ scrub }) => scrub.done > 0.3 && scrub.lost > 3)
  await agent.process.kill()
  await agent.restart()
  const goesOn = await untilStatus(agent, () => true)
  expect(goesOn.scrub.lost).toBeGreaterThanOrEqual(stopped.scrub.lost)
  expect(goesOn.scrub.done).toBeGreaterThanOrEqual(stopped.scrub.done)
  await origin.restart()
  await untilStatus(agent, ({ scrub }) => scrub.healed === 40)
  await assertSameTree(source, served)
})

test('a .torrent that is damaged or gone is fetched again at the next start', async () => {
  await using lab = openLab('torrents')
  const { source, origin, link } = await publishedTree(lab, { seed: 3, files: 20, directories: 2 })
  await changePlainTree(source, { seed: 4, add: 20 })
  await origin.publish('tree', source)
  const agent = await startAgent(lab, { tree: link })
  await agent.waitForSerial('tree', 2)
  await agent.process.kill()
  const torrents = (await runCommand('find', [join(agent.data, 'torrents'), '-type', 'f'])).stdout.trim().split('\n')
  flipBit(torrents[0] ?? '', 40)
  if (torrents[1]) rmSync(torrents[1])
  await agent.restart()
  await agent.process.waitForOutput(/all packs are shared/)
  expect(agent.process.log()).not.toContain('could not be shared')
  await changePlainTree(source, { seed: 5, add: 3 })
  await origin.publish('tree', source)
  await agent.waitForSerial('tree', 3)
  await assertSameTree(source, agent.servedPath('tree'))
})

test('a block that cannot be read for a peer has its objects looked at, and healed', async () => {
  await using lab = openLab('unreadable')
  const source = lab.newDirectory('source')
  await plainTree(source, { seed: 9, files: 30, directories: 2, bytes: 200_000 })
  const origin = await startOrigin(lab)
  const link = await origin.link('tree')
  await origin.publish('tree', source)
  const first = await startAgent(lab, { tree: link }, { name: 'first' })
  await first.waitForSerial('tree', 1)
  await runCommand('find', [join(first.data, 'objects'), '-type', 'f', '-size', '+50k', '-delete'])
  const second = await startAgent(lab, { tree: link }, { name: 'second' })
  await second.waitForSerial('tree', 1)
  await assertSameTree(source, second.servedPath('tree'))
  const { scrub } = await untilStatus(first, status => status.scrub.found > 0 && status.scrub.lost === 0)
  expect(scrub.healed).toBe(scrub.found)
  await assertSameTree(source, first.servedPath('tree'))
})

test('`agent verify` tells of damage and changes nothing; with --repair it heals', async () => {
  await using lab = openLab('verify')
  const source = lab.newDirectory('source')
  await plainTree(source, { seed: 5, files: 120, directories: 8, bytes: 100_000 })
  const origin = await startOrigin(lab)
  const mirror = lab.newDirectory('mirror')
  const [served, data] = [join(mirror, 'served'), join(mirror, 'data')]
  await origin.publish('tree', source)
  await repocast(['agent', 'sync', await origin.link('tree'), served, '--data', data])
  const verify = ['agent', 'verify', '--data', data, '--json']
  expect(JSON.parse((await repocast(verify)).stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ found: 0 })

  damage(await filesOf(served), served)
  const differences = await treeDifferences(source, served)
  const told = await tryRepocast(verify)
  expect(told).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('REPOCAST_DAMAGE_FOUND') })
  const what = told.stdout
    .split('\n')
    .flatMap(line => (line.includes('"finding"') ? [JSON.parse(line).finding.what] : []))
  expect(new Set(what)).toEqual(new Set(['rotten', 'truncated', 'missing', 'changed', 'attributes', 'unexpected']))
  expect(await treeDifferences(source, served)).toEqual(differences)

  // without any other mirror and the origin what is damaged is told, and left for the next time
  await origin.process.kill()
  const alone = await tryRepocast([...verify, '--repair', '--wait', '2s'])
  expect(alone).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('REPOCAST_DAMAGE_LEFT') })
  await origin.restart()
  const repaired = JSON.parse((await repocast([...verify, '--repair'])).stdout.trim().split('\n').at(-1) ?? '')
  expect(repaired).toMatchObject({ lost: 0 })
  await assertSameTree(source, served)
  expect(JSON.parse((await repocast(verify)).stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ found: 0 })
})

test('`agent verify --repair` beside a running agent has that do it; without --repair it says so', async () => {
  await using lab = openLab('verify-beside')
  const { source, link } = await publishedTree(lab, { seed: 11, files: 120, directories: 8, bytes: 100_000 })
  // A round by itself would take weeks at this rate.
  const settings = { scrub: { every: '1s', rate: '1kB/s' } }
  const agent = await startAgent(lab, { tree: link }, { settings })
  await agent.waitForSerial('tree', 1)
  const served = agent.servedPath('tree')
  await untilStatus(agent, ({ scrub }) => scrub.isRunning)
  damage(await filesOf(served), served)

  const verify = ['agent', 'verify', '--data', agent.data]
  const refused = await tryRepocast(verify)
  expect(refused).toMatchObject({ exitCode: 8, stderr: expect.stringMatching(/REPOCAST_AGENT_RUNNING/) })
  expect(refused.stderr).toContain('--repair has it look at everything now')
  const { stdout } = await repocast([...verify, '--repair', '--json'])
  const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  expect(result).toMatchObject({ lost: 0, byAgent: true })
  expect(result.found).toBeGreaterThanOrEqual(damages)
  expect(result.healed).toBe(result.found)
  expect(result.bytes).toBeGreaterThan(1_000_000)
  await repocast([...verify, '--repair'])
  await assertSameTree(source, served)
  expect(agent.process.exit).toBeUndefined()
})
