import { closeSync, lstatSync, openSync, readdirSync, realpathSync, utimesSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type LabAgent, startAgent } from '../lab/deployment.ts'
import { assertSameTree, changePlainTree, openLab, repocast, treeDifferences } from '../lab/index.ts'
import { publishedTree } from '../lab/mirrored-tree.ts'
import { mayMount, mountSmallDisk } from '../lab/tmpfs.ts'

/** Refuses hard links, as filesystems do that have none. It leaves the program in its place, and goes with it. */
const refuseLinks = ['strace', '-D', '-f', '--seccomp-bpf', '-qqq', '-o', '/dev/null']
const injected = ['-e', 'trace=link,linkat', '-e', 'inject=link,linkat:error=EPERM']

async function untilSame(source: string, agent: LabAgent): Promise<void> {
  const deadline = performance.now() + 60_000
  while ((await treeDifferences(source, agent.servedPath('tree'))).length > 0) {
    if (performance.now() > deadline) await assertSameTree(source, agent.servedPath('tree'))
    await sleep(200)
  }
}

function overwrite(path: string): void {
  const { atime, mtime } = lstatSync(path)
  const file = openSync(path, 'r+')
  writeSync(file, 'rotten')
  closeSync(file)
  utimesSync(path, atime, mtime)
}

test('on a filesystem without hard links files are copied: served, updated, scrubbed and healed', async () => {
  await using lab = openLab('no-links')
  const { source, origin, link } = await publishedTree(lab, {
    seed: 1,
    files: 40,
    directories: 4,
    bytes: 30_000,
    nasty: 'all',
  })
  const host = { address: '127.0.0.1', through: [...refuseLinks, ...injected] }
  const settings = { scrub: { every: '1s' } }
  const agent = await startAgent(lab, { tree: link }, { host, settings })
  await agent.waitForSerial('tree', 1)
  await assertSameTree(source, agent.servedPath('tree'))
  const name = 'directory-00001/file-0000001.bin'
  expect(lstatSync(join(agent.servedPath('tree'), name)).nlink).toBe(1)

  await changePlainTree(source, { seed: 2, add: 5, change: 5, remove: 5, rename: 3, copy: 2 })
  await origin.publish('tree', source)
  await agent.waitForSerial('tree', 2)
  await assertSameTree(source, agent.servedPath('tree'))

  // a copy that is served, and an object behind others
  const copy = join(
    realpathSync(agent.servedPath('tree')),
    firstFile(join(agent.servedPath('tree'), 'directory-00001')),
  )
  overwrite(copy)
  overwrite(largestObject(agent.data))
  await expect
    .poll(
      async () => {
        const { found, healed } = (await agent.status()).scrub
        return found >= 2 && healed === found
      },
      { timeout: 60_000 },
    )
    .toBe(true)
  await untilSame(source, agent)
  await agent.process.stop()
  await repocast(['agent', 'verify', '--data', agent.data])
})

function firstFile(directory: string): string {
  const [name = ''] = readdirSync(directory).sort()
  return join('directory-00001', name)
}

function largestObject(data: string): string {
  const files = readdirSync(join(data, 'objects'), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && !entry.name.includes('.'))
    .map(({ parentPath, name }) => join(parentPath, name))
  const [largest = ''] = files.sort((a, b) => lstatSync(b).size - lstatSync(a).size)
  return largest
}

test.skipIf(!mayMount() && process.env.CI !== 'true')(
  'the served path may lie on another filesystem than the data (needs root)',
  async () => {
    await using lab = openLab('other-filesystem')
    const { source, origin, link } = await publishedTree(lab, { seed: 1, files: 30, directories: 3, bytes: 20_000 })
    const disk = await mountSmallDisk(lab, 32 * 1024 * 1024)
    const path = join(lab.newDirectory('www'), 'pub', 'tree')
    expect(lstatSync(disk.directory).dev).not.toBe(lstatSync(lab.directory).dev)
    const settings = { repositories: [{ link, path }] }
    const agent = await startAgent(lab, { tree: link }, { data: disk.directory, settings })
    await agent.waitForSerial('tree', 1)
    await assertSameTree(source, path)
    await changePlainTree(source, { seed: 2, add: 5, change: 5, remove: 5 })
    await origin.publish('tree', source)
    await agent.waitForSerial('tree', 2)
    await assertSameTree(source, path)
    expect(lstatSync(path).isSymbolicLink()).toBe(true)
  },
)
