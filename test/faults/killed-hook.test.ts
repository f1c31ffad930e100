import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startAgent } from '../lab/deployment.ts'
import { assertSameTree, openLab } from '../lab/index.ts'
import { publishedTree } from '../lab/mirrored-tree.ts'

test('a post-swap hook is not lost when the agent is killed behind the swap', async () => {
  await using lab = openLab('killed-hook')
  const { source, origin, link } = await publishedTree(lab, { seed: 1, files: 20, directories: 3, bytes: 100_000 })
  const directory = lab.newDirectory('hooks')
  const [hook, calls, done] = ['hook', 'calls', 'done'].map(name => join(directory, name)) as [string, string, string]
  // While it is not to be done it kills its parent, which is the agent.
  const text = `#!/bin/sh
    echo "$REPOCAST_SERIAL after $REPOCAST_PREVIOUS_SERIAL" >>${calls}
    [ -e ${done} ] || kill -9 $PPID`
  writeFileSync(hook, text)
  chmodSync(hook, 0o755)
  const lines = (): string[] => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : [])
  const hooks = { 'post-swap': [hook] }
  const agent = await startAgent(lab, { tree: link }, { settings: { hooks } })
  await agent.process.ended
  expect(lines()).toEqual(['1 after'])
  await assertSameTree(source, agent.servedPath('tree'))

  await agent.restart()
  await agent.process.ended
  expect(lines()).toHaveLength(2)
  writeFileSync(done, '')
  writeFileSync(join(source, 'news'), 'news')
  const { serial } = await origin.publish('tree', source)
  await agent.restart()
  await agent.waitForSerial('tree', serial)
  // What was due for the first one was done before, or with this one.
  await expect.poll(lines, { timeout: 30_000 }).toContainEqual(expect.stringMatching(/^2 after/))
  await agent.process.waitForOutput(/"serial":2.*a hook was run/)
  const before = lines().length
  await agent.process.stop()
  await agent.restart()
  await agent.waitFor('tree', ({ state }) => state === 'current')
  expect(lines()).toHaveLength(before)
})
