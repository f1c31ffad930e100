import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startAgent, startOrigin } from '../lab/deployment.ts'
import { assertSameTree, openLab, plainTree, repocast, repocastJson, runCommand, tryRepocast } from '../lab/index.ts'

test('a mirror goes back to a snapshot that it keeps, stays there until it is told, and asks before it removes much', async () => {
  await using lab = openLab('agent-orders')
  const source = lab.newDirectory('source')
  await plainTree(source, { seed: 1, files: 60, directories: 6, bytes: 100_000 })
  const origin = await startOrigin(lab)
  const copies = lab.newDirectory('copies')
  const publish = async (): Promise<number> => {
    const { serial } = await origin.publish('tree', source)
    await runCommand('cp', ['-a', source, join(copies, `${serial}`)])
    return serial
  }
  const renew = (text: string): void => {
    mkdirSync(join(source, 'metadata'), { recursive: true })
    for (let k = 0; k < 10; k += 1) writeFileSync(join(source, 'metadata', `${k}`), `${text} ${k} `.repeat(100))
  }
  renew('first')
  await publish()
  const agent = await startAgent(lab, { tree: await origin.link('tree') }, { settings: { 'keep-generations': 2 } })
  const order = async (...words: readonly string[]): Promise<Record<string, unknown>> =>
    (await repocastJson(['agent', ...words, '--data', agent.data])) as Record<string, unknown>
  const assertServes = async (serial: number): Promise<void> =>
    await assertSameTree(join(copies, `${serial}`), agent.servedPath('tree'))
  await agent.waitForSerial('tree', 1)
  for (const text of ['second', 'third']) {
    renew(text)
    await agent.waitForSerial('tree', await publish())
  }
  expect((await agent.waitFor('tree', ({ state }) => state === 'current')).kept).toEqual([2, 3])

  expect(await order('rollback')).toMatchObject({ repository: 'tree', serial: 2, done: true, held: 2 })
  await assertServes(2)
  renew('fourth')
  await publish()
  expect(await agent.waitFor('tree', ({ newestSerial }) => newestSerial === 4)).toMatchObject({
    serial: 2,
    state: 'held',
  })
  await agent.process.stop()
  await agent.restart()
  expect(await agent.waitFor('tree', ({ state }) => state === 'held')).toMatchObject({ serial: 2, newestSerial: 4 })
  await assertServes(2)

  expect(await order('pin', 'tree', '2')).toMatchObject({ pinned: [2] })
  await order('resume')
  await agent.waitForSerial('tree', 4)
  await assertServes(4)
  renew('fifth')
  await agent.waitForSerial('tree', await publish())
  expect((await agent.waitFor('tree', ({ state }) => state === 'current')).kept).toEqual([2, 4, 5])
  await order('hold')
  const held = (await repocast(['agent', 'status', '--data', agent.data])).stdout
  expect(held).toContain('held at 5; here as a whole: 2, 4, 5')
  await order('resume')
  const unknown = await tryRepocast(['agent', 'rollback', '3', '--data', agent.data])
  expect(unknown).toMatchObject({ exitCode: 9, stderr: expect.stringContaining('2, 4, 5') })

  // A half of the files goes.
  rmSync(join(source, 'metadata'), { recursive: true })
  const kept = await runCommand('find', [source, '-type', 'f'])
  for (const path of kept.stdout.trim().split('\n').slice(0, 45)) rmSync(path)
  await publish()
  const paused = await agent.waitFor('tree', ({ state }) => state === 'paused')
  expect(paused).toMatchObject({ serial: 5, error: { code: 'REPOCAST_SNAPSHOT_WIPES' } })
  await assertServes(5)
  await order('accept', '6')
  await agent.waitForSerial('tree', 6)
  await assertServes(6)

  // Without agent and origin.
  await agent.process.stop()
  await origin.process.stop()
  expect(await order('rollback', 'tree', '2')).toMatchObject({ serial: 2, done: true })
  await assertServes(2)
  expect((await repocast(['agent', 'unpin', '2', '--data', agent.data])).stdout).toContain('pinned: none')
  await agent.restart()
  expect(await agent.waitFor('tree', ({ serial }) => serial === 2)).toMatchObject({ serial: 2 })

  // Followed no more.
  await agent.process.stop()
  const forget = ['agent', 'forget', 'tree', '--data', agent.data]
  expect(await tryRepocast(forget)).toMatchObject({ exitCode: 8, stderr: expect.stringContaining('follows tree') })
  rmSync(join(agent.data, 'agent.yaml'))
  await repocast(forget)
  const directories = ['objects', 'partial', 'generations', 'torrents', 'feeds'].map(name => join(agent.data, name))
  const left = await runCommand('find', [...directories, '-type', 'f', '-size', '+0'])
  expect(left.stdout).toBe('')
  expect(existsSync(agent.servedPath('tree'))).toBe(false)
  expect(await tryRepocast(forget)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('nothing of tree') })
})
