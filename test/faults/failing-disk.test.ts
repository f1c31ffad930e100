import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startAgent } from '../lab/deployment.ts'
import {
  assertSameTree,
  type Failure,
  failingFiles,
  type Lab,
  openLab,
  runCommand,
  seededRandom,
} from '../lab/index.ts'
import { mirroredTree, publishedTree } from '../lab/mirrored-tree.ts'

/** What goes wrong while a snapshot comes in, from the first step to the last. */
const troubles: readonly (Omit<Failure, 'below'> & { readonly in: string })[] = [
  { error: 'EIO', operation: 'write', in: 'feeds/' },
  { error: 'EROFS', operation: 'open', in: 'torrents/' },
  { error: 'EIO', operation: 'write', in: 'partial/' },
  { error: 'EIO', operation: 'read', in: 'objects/' },
  { error: 'EIO', operation: 'sync', in: 'generations/' },
  { error: 'EIO', operation: 'write', in: 'catalog.sqlite' },
]

/** A new directory with files that nobody has, small and large ones. */
async function addFiles(source: string, seed: number): Promise<void> {
  const random = seededRandom(seed)
  const directory = join(source, `new-${seed}`)
  await runCommand('mkdir', [directory])
  for (const bytes of [100, 5000, 40_000, 300_000]) {
    writeFileSync(join(directory, `${bytes}`), Buffer.from(Array.from({ length: bytes }, () => random.integer(0, 255))))
  }
}

async function copyOf(lab: Lab, source: string): Promise<string> {
  const copy = join(lab.newDirectory('before'), 'tree')
  await runCommand('cp', ['-a', source, copy])
  return copy
}

test('a disk that fails in any step pauses the repository, is told, and loses nothing', async () => {
  await using lab = openLab('failing-disk')
  const { source, origin, link } = await publishedTree(lab, { seed: 1, files: 20, directories: 3 })
  const failing = await failingFiles(lab)
  const agent = await startAgent(lab, { tree: link }, { env: failing.env })
  await agent.waitForSerial('tree', 1)
  for (const [k, { error, operation, in: where }] of troubles.entries()) {
    const before = await copyOf(lab, source)
    await addFiles(source, k)
    const { paused, serial } = await duringTrouble(`${error} at ${operation} in ${where}`, async () => {
      failing.begin({ error, operation, below: join(agent.data, where) })
      const { serial } = await origin.publish('tree', source)
      return { serial, paused: await agent.waitFor('tree', ({ state }) => state === 'paused' || state === 'failed') }
    })
    expect({ error, operation, where, state: paused.state }).toEqual({ error, operation, where, state: 'paused' })
    expect(paused.error?.code).toMatch(/^REPOCAST_(DISK|DATABASE)_/)
    await assertSameTree(before, agent.servedPath('tree'))
    failing.end()
    await agent.waitForSerial('tree', serial)
    await assertSameTree(source, agent.servedPath('tree'))
  }
  await agent.waitFor('tree', ({ state }) => state === 'current')
  expect(await agent.process.stop()).toEqual({ code: 0 })
})

async function duringTrouble<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (cause) {
    throw new Error(what, { cause })
  }
}

test('an agent that runs out of open files pauses, says so, and goes on when it may have more', async () => {
  await using lab = openLab('open-files')
  const { source, origin, agent } = await mirroredTree(lab, { seed: 2, files: 60, directories: 6, bytes: 100_000 })
  await agent.waitFor('tree', ({ state }) => state === 'current')
  const before = await copyOf(lab, source)
  const prlimit = async (...args: readonly string[]) =>
    await runCommand('prlimit', ['--pid', `${agent.process.pid}`, ...args])
  const { stdout: most } = await prlimit('--nofile', '--output', 'HARD', '--noheadings')
  // Every number below is taken.
  await prlimit('--nofile=12:')
  await addFiles(source, 99)
  const { serial } = await origin.publish('tree', source)
  // Nobody can ask it for its status now.
  await agent.process.waitForOutput(/the update failed|raise the limit of open files/)
  await assertSameTree(before, agent.servedPath('tree'))
  await prlimit(`--nofile=${most.trim()}:`)
  await agent.waitForSerial('tree', serial)
  await assertSameTree(source, agent.servedPath('tree'))
  expect(agent.process.log()).toMatch(/EMFILE.*raise the limit of open files/)
})
