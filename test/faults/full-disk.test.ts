import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type LabAgent, type LabOrigin, startAgent } from '../lab/deployment.ts'
import { assertSameTree, changePlainTree, type Lab, openLab, runCommand, tryRepocast } from '../lab/index.ts'
import { publishedTree } from '../lab/mirrored-tree.ts'
import { mayMount, mountSmallDisk, type SmallDisk } from '../lab/tmpfs.ts'

const megabyte = 1024 * 1024

interface World {
  readonly lab: Lab
  readonly source: string
  readonly origin: LabOrigin
  readonly disk: SmallDisk
  startAgent(settings?: Readonly<Record<string, unknown>>): Promise<LabAgent>
}

async function openWorld(diskBytes: number): Promise<World> {
  const lab = openLab('full-disk')
  const { source, origin, link } = await publishedTree(lab, { seed: 1, files: 40, directories: 4, bytes: 50_000 })
  const disk = await mountSmallDisk(lab, diskBytes)
  return {
    lab,
    source,
    origin,
    disk,
    startAgent: async (settings = {}) => await startAgent(lab, { tree: link }, { data: disk.directory, settings }),
  }
}

async function publishMore({ source, origin }: World, bytes: number): Promise<void> {
  await changePlainTree(source, { seed: 2, add: 20, change: 5, remove: 2, bytes })
  await origin.publish('tree', source)
}

/** What was served before the trouble is served, and what is new comes when the trouble is over. */
async function assertServes({ source }: World, agent: LabAgent, serial: number): Promise<void> {
  await agent.waitForSerial('tree', serial)
  await assertSameTree(source, agent.servedPath('tree'))
}

const needsRoot = !mayMount() && process.env.CI !== 'true'

describe.skipIf(needsRoot)('a disk that is in trouble pauses the repository, and loses nothing (needs root)', () => {
  test('too small for a download: nothing is fetched, and need and free bytes are told', async () => {
    const world = await openWorld(8 * megabyte)
    await using _lab = world.lab
    await world.disk.fill(megabyte)
    const agent = await world.startAgent()
    const { error } = await agent.waitFor('tree', ({ state }) => state === 'paused')
    expect(error?.code).toBe('REPOCAST_DISK_NO_ROOM')
    expect(error?.message).toMatch(/need .* are free, of which .* stay free/)
    await world.disk.free()
    await assertServes(world, agent, 1)
  })

  test('the reserve stays free', async () => {
    const world = await openWorld(16 * megabyte)
    await using _lab = world.lab
    const agent = await world.startAgent({ reserve: '15.5MB' })
    expect((await agent.waitFor('tree', ({ state }) => state === 'paused')).error?.code).toBe('REPOCAST_DISK_NO_ROOM')
    await world.disk.resize(40 * megabyte)
    await assertServes(world, agent, 1)
  })

  test('full in the middle of a download', async () => {
    const world = await openWorld(64 * megabyte)
    await using _lab = world.lab
    const agent = await world.startAgent({ 'download-limit': '1MB/s', reserve: '0B' })
    await assertServes(world, agent, 1)
    const before = await copyOf(world)
    await publishMore(world, 300_000)
    await agent.waitFor('tree', ({ state, bytesDone }) => state === 'fetching' && bytesDone > 0)
    await world.disk.fill(0)
    const { error } = await agent.waitFor('tree', ({ state }) => state === 'paused')
    expect(error?.code).toMatch(/^REPOCAST_DISK_(FULL|NO_ROOM)$/)
    const doctor = await tryRepocast(['agent', 'doctor', '--data', world.disk.directory])
    expect(doctor).toMatchObject({ exitCode: 3, stdout: expect.stringContaining('free space, or move the data') })
    await assertSameTree(before, agent.servedPath('tree'))
    await world.disk.free()
    await assertServes(world, agent, 2)
    expect(await agent.process.stop()).toEqual({ code: 0 })
  })

  test('read-only at a start: that is told, what is served stays, and it goes on when it is writable', async () => {
    const world = await openWorld(64 * megabyte)
    await using _lab = world.lab
    const agent = await world.startAgent()
    await assertServes(world, agent, 1)
    const before = await copyOf(world)
    await agent.process.stop()
    await publishMore(world, 20_000)
    await world.disk.setWritable(false)
    const { exitCode, stderr } = await tryRepocast(['agent', 'run', '--data', agent.data])
    expect(exitCode).toBe(7)
    expect(stderr).toMatch(/REPOCAST_(DISK_REFUSED|DATABASE_UNUSABLE)|read-?only|EROFS/i)
    await assertSameTree(before, agent.servedPath('tree'))
    await world.disk.setWritable(true)
    await agent.restart()
    await assertServes(world, agent, 2)
  })
})

async function copyOf({ lab, source }: World): Promise<string> {
  const copy = join(lab.newDirectory('before'), 'tree')
  await runCommand('cp', ['-a', source, copy])
  return copy
}
