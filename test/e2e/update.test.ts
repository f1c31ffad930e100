import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startAgent } from '../lab/deployment.ts'
import { assertSameTree, changePlainTree, openLab, runCommand } from '../lab/index.ts'
import { mirroredTree, publishedTree } from '../lab/mirrored-tree.ts'
import { layWire } from '../lab/wire.ts'

/** What one snapshot costs besides its objects: metadata of the feed, record, .torrent, announces, events, reports. */
const feedBytes = 60_000

test('an update moves only what is new, and a rename or a copy moves no content', async () => {
  await using lab = openLab('update')
  const { hosts, receivedBytes } = await layWire(lab)
  const { source, origin, link } = await publishedTree(
    lab,
    { seed: 1, files: 1500, directories: 30, bytes: 25_000, nasty: 'all' },
    { host: hosts[0] },
  )
  const agent = await startAgent(lab, { tree: link }, { host: hosts[1] })
  await agent.waitForSerial('tree', 1)
  await assertSameTree(source, agent.servedPath('tree'))

  const { newBytes } = await changePlainTree(source, { seed: 2, add: 20, change: 20, remove: 10, rename: 5, copy: 5 })
  const before = await receivedBytes()
  const { serial, newPacks, packs } = await origin.publish('tree', source)
  await agent.waitForSerial('tree', serial)
  const moved = (await receivedBytes()) - before
  await assertSameTree(source, agent.servedPath('tree'))
  const objects = packs.filter(({ infoHash }) => newPacks.includes(infoHash)).reduce((sum, { bytes }) => sum + bytes, 0)
  expect(moved).toBeLessThan(1.02 * objects + feedBytes)
  expect(objects).toBeLessThan(newBytes + 400_000)

  await changePlainTree(source, { seed: 3, rename: 40, copy: 40 })
  const beforeRename = await receivedBytes()
  const renamed = await origin.publish('tree', source)
  await agent.waitForSerial('tree', renamed.serial)
  await assertSameTree(source, agent.servedPath('tree'))
  expect(renamed.new.bytes).toBe(0)
  const trees = renamed.packs
    .filter(({ infoHash }) => renamed.newPacks.includes(infoHash))
    .reduce((sum, { bytes }) => sum + bytes, 0)
  expect((await receivedBytes()) - beforeRename).toBeLessThan(1.02 * trees + feedBytes)
})

test('an unchanged tree makes no snapshot, and a small change does not relink the tree', async () => {
  await using lab = openLab('relink')
  const { source, origin, agent } = await mirroredTree(lab, {
    seed: 5,
    files: 800,
    directories: 20,
    bytes: 5000,
    nasty: 'all',
  })
  expect((await origin.publish('tree', source)).published).toBe(false)
  const spare = join(agent.data, 'generations', 'tree', 'g2')
  await expect.poll(() => statSync(spare, { throwIfNoEntry: false })?.isDirectory(), { timeout: 20_000 }).toBe(true)
  await agent.process.waitForHttp(`${agent.url}/healthz`)
  // A link that is made anew changes the ctime of its inode: count those that the update touches.
  await new Promise(resolve => setTimeout(resolve, 1500))
  const mark = Date.now()
  await changePlainTree(source, { seed: 6, add: 3, remove: 2 })
  const { serial } = await origin.publish('tree', source)
  await agent.waitForSerial('tree', serial)
  await assertSameTree(source, agent.servedPath('tree'))
  expect(await countChangedSince(agent.servedPath('tree'), mark)).toBeLessThan(12)
})

/** Entries other than directories whose inode was changed since then, in milliseconds. */
async function countChangedSince(directory: string, mark: number): Promise<number> {
  const test = ['!', '-type', 'd', '-newerct', `@${mark / 1000}`, '-printf', 'x']
  return (await runCommand('find', [`${directory}/`, ...test])).stdout.length
}
