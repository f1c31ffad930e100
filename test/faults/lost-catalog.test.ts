import { closeSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { assertSameTree, changePlainTree, openLab, repocast, treeFingerprint } from '../lab/index.ts'
import { mirroredTree } from '../lab/mirrored-tree.ts'

function removeCatalog(data: string): void {
  for (const name of readdirSync(data)) if (name.startsWith('catalog.sqlite')) rmSync(join(data, name))
}

/** Rot in all pages but the first, with which SQLite opens a file. */
function rot(path: string): void {
  const { size } = statSync(path)
  const file = openSync(path, 'r+')
  for (let at = pageBytes; at < size; at += pageBytes) writeSync(file, Buffer.alloc(pageBytes, 0xa5), 0, pageBytes, at)
  closeSync(file)
}

const pageBytes = 4096

const mishaps: [string, (data: string) => void][] = [
  ['lost', removeCatalog],
  [
    'overwritten',
    data => {
      const file = openSync(join(data, 'catalog.sqlite'), 'r+')
      writeSync(file, Buffer.alloc(4096, 'x'), 0, 4096, 0)
      closeSync(file)
    },
  ],
  ['rotten', data => rot(join(data, 'catalog.sqlite'))],
]

describe.each(mishaps)('a catalog that is %s', (_, harm) => {
  test('is made again by an agent from its files: it serves what it served, and fetches nothing twice', async () => {
    await using lab = openLab('agent-catalog')
    const { source, origin, agent } = await mirroredTree(
      lab,
      { seed: 1, files: 40, directories: 4, bytes: 30_000, nasty: 'all' },
      { settings: { scrub: { every: '1s' } } },
    )
    const before = await treeFingerprint(agent.servedPath('tree'))
    await agent.process.stop()
    harm(agent.data)
    await agent.restart()
    expect(await treeFingerprint(agent.servedPath('tree'))).toBe(before)
    await agent.waitForSerial('tree', 1)
    await assertSameTree(source, agent.servedPath('tree'))
    const { downloadedBytes } = await agent.status()
    expect(downloadedBytes).toBeLessThan(10_000)
    await changePlainTree(source, { seed: 2, add: 5, change: 5, remove: 5 })
    await origin.publish('tree', source)
    await agent.waitForSerial('tree', 2)
    await assertSameTree(source, agent.servedPath('tree'))
    await expect
      .poll(() => readdirSync(join(agent.data, 'generations/tree')).length, { timeout: 20_000 })
      .toBeLessThan(3)
    await agent.process.stop()
    await repocast(['agent', 'verify', '--data', agent.data])
  })
})

test('an agent that meets rot in its catalog while it runs ends, and the next start makes it again', async () => {
  await using lab = openLab('rot')
  const { source, origin, agent } = await mirroredTree(lab, { seed: 1, files: 40, directories: 4, bytes: 30_000 })
  const before = await treeFingerprint(agent.servedPath('tree'))
  const path = join(agent.data, 'catalog.sqlite')
  dropCaches(path)
  rot(path)
  await changePlainTree(source, { seed: 2, add: 5, change: 5, remove: 5 })
  await origin.publish('tree', source)
  // Whichever part of it meets the rot first.
  expect(await agent.process.ended).toEqual({ code: 7 })
  expect(agent.process.log()).toMatch(/^code: {2}REPOCAST_DATABASE_CORRUPT$/m)
  expect(await treeFingerprint(agent.servedPath('tree'))).toBe(before)
  await agent.restart()
  await agent.waitForSerial('tree', 2)
  await assertSameTree(source, agent.servedPath('tree'))
})

/** Has all who have a database open read it again: what waits in its log is written, and somebody else has committed. */
function dropCaches(path: string): void {
  const database = new DatabaseSync(path)
  const { user_version: version } = database.prepare('PRAGMA user_version').get() ?? {}
  database.exec(`PRAGMA wal_checkpoint(TRUNCATE); PRAGMA user_version = ${version}; PRAGMA wal_checkpoint(TRUNCATE)`)
  database.close()
}

test('an origin whose catalog was lost publishes on, with the next serial, and mirrors follow', async () => {
  await using lab = openLab('origin-catalog')
  const { source, origin, link, agent } = await mirroredTree(lab, { seed: 1, files: 40, directories: 4, bytes: 30_000 })
  await origin.process.stop()
  removeCatalog(origin.data)
  await changePlainTree(source, { seed: 2, add: 5, change: 5, remove: 5 })
  expect(await origin.publish('tree', source)).toMatchObject({ serial: 2, published: true })
  await origin.restart()
  await agent.waitForSerial('tree', 2)
  await assertSameTree(source, agent.servedPath('tree'))
  await agent.process.stop()
  const served = join(lab.newDirectory('new'), 'tree')
  await repocast(['agent', 'sync', link, served, '--data', lab.newDirectory('new-data')])
  await assertSameTree(source, served)
  await repocast(['origin', 'gc', '--data', origin.data])
})
