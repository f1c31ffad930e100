import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startAgent, startOrigin } from '../lab/deployment.ts'
import { assertSameTree, openLab, plainTree, repocast, runCommand } from '../lab/index.ts'

test('a delayed mirror fetches at once and serves later, through a kill, and at once when it is told to', async () => {
  await using lab = openLab('swap-delay')
  const source = lab.newDirectory('source')
  await plainTree(source, { seed: 1, files: 20, directories: 3, bytes: 300_000 })
  const origin = await startOrigin(lab)
  const copies = lab.newDirectory('copies')
  const publish = async (text: string): Promise<number> => {
    writeFileSync(join(source, 'news'), text.repeat(50_000))
    const { serial } = await origin.publish('tree', source)
    await runCommand('cp', ['-a', source, join(copies, `${serial}`)])
    return serial
  }
  await publish('first')
  const links = { tree: await origin.link('tree') }
  const delaySeconds = 6
  const delayed = await startAgent(lab, links, {
    name: 'delayed',
    settings: { 'swap-delay': `${delaySeconds}s`, 'keep-generations': 1 },
  })
  const later = await startAgent(lab, links, { name: 'later', settings: { 'swap-delay': '1h' } })
  const assertServes = async (agent: typeof later, serial: number): Promise<void> =>
    await assertSameTree(join(copies, `${serial}`), agent.servedPath('tree'))
  // What has nothing does not wait.
  await delayed.waitForSerial('tree', 1)
  await later.waitForSerial('tree', 1)

  const began = Date.now()
  const second = await publish('second')
  await delayed.waitFor('tree', ({ newestSerial }) => newestSerial === second)
  await delayed.process.kill()
  await delayed.restart()
  const { swapped } = await delayed.waitFor('tree', ({ serial }) => serial === second)
  // Times of publishes are whole seconds.
  expect(Date.parse(swapped ?? '')).toBeGreaterThanOrEqual(began - 1000 + delaySeconds * 1000)
  await assertServes(delayed, second)
  expect((await delayed.waitFor('tree', ({ state }) => state === 'current')).swapDue).toBeUndefined()

  const waiting = await later.waitFor('tree', ({ state }) => state === 'delayed')
  expect(waiting).toMatchObject({ serial: 1, newestSerial: second, error: null })
  expect(Date.parse(waiting.swapDue ?? '')).toBeGreaterThanOrEqual(began - 1000 + 3_600_000)
  expect((await later.status()).downloadedBytes).toBeGreaterThan(300_000)
  await later.process.kill()
  await later.restart()
  const third = await publish('third')
  const still = await later.waitFor('tree', ({ state, newestSerial }) => state === 'delayed' && newestSerial === third)
  expect(still.swapDue).toBe(waiting.swapDue)
  await assertServes(later, 1)
  const { stdout } = await repocast(['agent', 'status', '--data', later.data])
  expect(stdout).toMatch(/waits until 20/)
  const metrics = (await runCommand('curl', ['-sf', `${later.url}/metrics`])).stdout
  const [, dueSeconds] = /^repocast_agent_swap_due_timestamp_seconds\{.*\} (\S+)$/m.exec(metrics) ?? []
  expect(Number(dueSeconds)).toBeGreaterThan(Date.now() / 1000)
  // Neither order knows of what waits.
  await repocast(['agent', 'hold', '--data', later.data])
  expect(await later.waitFor('tree', ({ state }) => state === 'held')).toMatchObject({ serial: 1, hold: 1 })
  await repocast(['agent', 'resume', '--data', later.data])
  await later.waitFor('tree', ({ state }) => state === 'delayed')
  await repocast(['agent', 'accept', `${third}`, '--data', later.data])
  await later.waitForSerial('tree', third)
  await assertServes(later, third)
})
