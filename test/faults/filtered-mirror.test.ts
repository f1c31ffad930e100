import { readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type LabAgent, startAgent } from '../lab/deployment.ts'
import {
  assertSameTree,
  changePlainTree,
  openLab,
  repocast,
  runCommand,
  treeFingerprint,
  tryRepocast,
} from '../lab/index.ts'
import { publishedTree } from '../lab/mirrored-tree.ts'

/** Half of the files of a made tree, more or less. */
const filter = { exclude: ['file-*[02468].bin'] }

async function bytesIn(agent: LabAgent, directory: string): Promise<number> {
  const { stdout } = await runCommand('du', ['-s', '--block-size=1', join(agent.data, directory)])
  return Number.parseInt(stdout, 10)
}

test('kills while the filter changes leave a mirror that gets to the right tree, and frees what is left out', async () => {
  await using lab = openLab('filter-kill')
  const { source, origin, link } = await publishedTree(lab, { seed: 3, files: 200, directories: 20, bytes: 60_000 })
  const agent = await startAgent(lab, { tree: link }, { repository: { filter } })
  await agent.waitFor('tree', ({ state }) => state === 'current')
  const part = await treeFingerprint(agent.servedPath('tree'))
  const [objects, partial] = [await bytesIn(agent, 'objects'), await bytesIn(agent, 'partial')]

  for (const [k, milliseconds] of [200, 500, 1000].entries()) {
    const wanted = k === 1 ? filter : undefined
    agent.reload({ filter: wanted })
    await sleep(milliseconds)
    await agent.process.kill()
    // whatever was reached, one of both trees is served, and it is whole
    const now = await treeFingerprint(agent.servedPath('tree'))
    expect([part, await treeFingerprint(source)]).toContain(now)
    await agent.restart()
    await agent.waitFor('tree', one => one.state === 'current' && (one.filter === undefined) === (wanted === undefined))
    if (wanted === undefined) await assertSameTree(source, agent.servedPath('tree'))
    else expect(await treeFingerprint(agent.servedPath('tree'))).toBe(part)
  }
  agent.reload({ filter })
  await agent.waitFor('tree', one => one.state === 'current' && one.filter !== undefined)
  await expect.poll(async () => await bytesIn(agent, 'objects'), { timeout: 20_000 }).toBeLessThan(1.05 * objects)
  await expect
    .poll(async () => await bytesIn(agent, 'partial'), { timeout: 20_000 })
    .toBeLessThan(1.3 * partial + 100_000)

  await changePlainTree(source, { seed: 8, add: 10, change: 10, remove: 5, bytes: 20_000 })
  await origin.publish('tree', source)
  await agent.waitForSerial('tree', 2)
  const other = await startAgent(lab, { tree: link }, { name: 'other', repository: { filter } })
  await other.waitFor('tree', ({ state, serial }) => state === 'current' && serial === 2)
  await assertSameTree(other.servedPath('tree'), agent.servedPath('tree'))
})

test('a filtered mirror heals its objects and the trees that it made; an old mirror is adopted in part', async () => {
  await using lab = openLab('filter-damage')
  const { source, link } = await publishedTree(lab, { seed: 4, files: 120, directories: 8, bytes: 50_000 })
  const agent = await startAgent(lab, { tree: link }, { repository: { filter } })
  await agent.waitFor('tree', ({ state }) => state === 'current')
  const part = await treeFingerprint(agent.servedPath('tree'))
  await agent.process.stop()
  expect((await tryRepocast(['agent', 'verify', '--data', agent.data])).exitCode).toBe(0)

  // every sixteenth object: blobs, trees of the snapshot, and trees that were made here
  let damaged = 0
  for (const two of readdirSync(join(agent.data, 'objects'))) {
    for (const name of readdirSync(join(agent.data, 'objects', two))) {
      const path = join(agent.data, 'objects', two, name)
      if (!/[08]$/.test(name)) continue
      writeFileSync(`${path}.new`, 'rotten')
      renameSync(`${path}.new`, path)
      damaged += 1
    }
  }
  expect(damaged).toBeGreaterThan(5)
  expect((await tryRepocast(['agent', 'verify', '--data', agent.data])).exitCode).not.toBe(0)
  await repocast(['agent', 'verify', '--repair', '--data', agent.data])
  expect((await tryRepocast(['agent', 'verify', '--data', agent.data])).exitCode).toBe(0)
  expect(await treeFingerprint(agent.servedPath('tree'))).toBe(part)

  // all trees of the snapshot that were made here at once
  const { stdout } = await runCommand('sqlite3', [
    join(agent.data, 'catalog.sqlite'),
    'SELECT lower(hex(object)) FROM selection_objects',
  ])
  for (const id of stdout.trim().split('\n')) {
    await runCommand('rm', ['-f', join(agent.data, 'objects', id.slice(0, 2), id.slice(2))])
  }
  await repocast(['agent', 'verify', '--repair', '--data', agent.data])
  expect(await treeFingerprint(agent.servedPath('tree'))).toBe(part)
  await agent.restart()
  await agent.waitFor('tree', ({ state, error }) => state === 'current' && error === null)

  const [old, data] = [lab.newDirectory('old'), lab.newDirectory('adopting')]
  await runCommand('cp', ['-a', `${source}/.`, old])
  const served = join(data, 'www')
  const repositories = [{ link, path: served, filter }]
  writeFileSync(join(data, 'agent.yaml'), JSON.stringify({ name: 'adopting', repositories, 'peer-port': 0 }))
  const adopted = await repocast(['agent', 'adopt', old, 'tree', '--serve', served, '--data', data, '--json'])
  const { downloadedBytes } = JSON.parse(adopted.stdout.trim().split('\n').at(-1) ?? '')
  // trees only
  expect(downloadedBytes).toBeLessThan(400_000)
  expect(await treeFingerprint(served)).toBe(part)
  // what was adopted and is left out went again
  const { stdout: kept } = await runCommand('du', ['-s', '--block-size=1', join(data, 'objects')])
  expect(Number.parseInt(kept, 10)).toBeLessThan(1.1 * (await bytesIn(agent, 'objects')))
})
