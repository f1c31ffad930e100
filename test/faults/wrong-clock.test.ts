import { expect, test } from 'vitest'
import { startAgent, startOrigin } from '../lab/deployment.ts'
import { assertSameTree, changePlainTree, labClock, openLab, plainTree, treeFingerprint } from '../lab/index.ts'
import { publishedTree } from '../lab/mirrored-tree.ts'

const day = 86_400

test('a mirror whose clock is wrong keeps what it serves, says why, and goes on when it is right', async () => {
  await using lab = openLab('mirror-clock')
  const { source, origin, link } = await publishedTree(lab, { seed: 1, files: 10, directories: 1 })
  const clock = labClock(lab, 'mirror')
  const agent = await startAgent(lab, { tree: link }, { env: clock.env })
  await agent.waitForSerial('tree', 1)
  const before = await treeFingerprint(agent.servedPath('tree'))

  await clock.setForAll(30 * day)
  await changePlainTree(source, { seed: 2, add: 2 })
  await origin.publish('tree', source)
  const { error } = await agent.waitFor('tree', status => status.error !== null)
  expect(error).toMatchObject({ code: 'REPOCAST_FEED_EXPIRED', message: expect.stringContaining('expired') })
  expect(await treeFingerprint(agent.servedPath('tree'))).toBe(before)
  clock.set(0)
  await agent.waitForSerial('tree', 2)
  await assertSameTree(source, agent.servedPath('tree'))

  // One that is slow cannot see that a feed is old, but what it gets is right.
  await clock.setForAll(-400 * day)
  await changePlainTree(source, { seed: 3, add: 2 })
  await origin.publish('tree', source)
  await agent.waitForSerial('tree', 3)
  await assertSameTree(source, agent.servedPath('tree'))
})

test.each([
  ['slow', -30 * day],
  ['fast', 800 * day],
])('an origin whose clock was %s is followed again when it is right', async (_, offset) => {
  await using lab = openLab('origin-clock')
  const source = lab.newDirectory('source')
  await plainTree(source, { seed: 1, files: 10, directories: 1 })
  const clock = labClock(lab, 'origin')
  const origin = await startOrigin(lab, { env: clock.env })
  await origin.publish('tree', source)
  const agent = await startAgent(lab, { tree: await origin.link('tree') })
  await agent.waitForSerial('tree', 1)
  clock.set(offset)
  await origin.process.stop()
  await origin.restart()
  await changePlainTree(source, { seed: 2, add: 2 })
  await origin.publish('tree', source)
  if (offset < 0) await agent.waitFor('tree', status => status.error?.code === 'REPOCAST_FEED_EXPIRED')
  else await agent.waitForSerial('tree', 2)
  clock.set(0)
  await origin.process.stop()
  // It signs again what is not valid any more.
  await origin.restart()
  await agent.waitForSerial('tree', 2)
  await changePlainTree(source, { seed: 3, add: 2 })
  await origin.publish('tree', source)
  await agent.waitForSerial('tree', 3)
  await assertSameTree(source, agent.servedPath('tree'))
})
