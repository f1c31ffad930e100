import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startAgent, startOrigin } from '../lab/deployment.ts'
import {
  assertSameTree,
  killAtRandomMoments,
  openLab,
  plainTree,
  repocast,
  repocastJson,
  runCommand,
  startRepocast,
  treeFingerprint,
} from '../lab/index.ts'

test('a mirror that is killed while it swaps and collects loses nothing that it needs', async () => {
  await using lab = openLab('killed-collection')
  const source = lab.newDirectory('source')
  await plainTree(source, { seed: 1, files: 30, directories: 3, bytes: 20_000 })
  const origin = await startOrigin(lab)
  const renew = (seed: number): void => {
    mkdirSync(join(source, 'metadata'), { recursive: true })
    for (let k = 0; k < 300; k += 1) writeFileSync(join(source, 'metadata', `${k}`), `${seed} ${k} `.repeat(20))
  }
  renew(1)
  await origin.publish('tree', source)
  // Packs are given up with the eighth snapshot: then there is much to collect.
  const agent = await startAgent(lab, { tree: await origin.link('tree') }, { settings: { 'keep-generations': 2 } })
  for (let serial = 2; serial <= 7; serial += 1) {
    renew(serial)
    await origin.publish('tree', source)
    if (serial >= 6) await agent.waitForSerial('tree', serial)
  }
  const before = await treeFingerprint(agent.servedPath('tree'))
  await agent.process.stop()
  const prototype = lab.newDirectory('prototype')
  await runCommand('cp', ['-a', `${agent.data}/.`, prototype])
  for (const serial of [8, 9]) {
    renew(serial)
    await origin.publish('tree', source)
  }
  const after = await treeFingerprint(source)
  await killAtRandomMoments({
    kills: 3,
    seed: 7,
    async reset() {
      await runCommand('rm', ['-rf', agent.data])
      await runCommand('cp', ['-a', prototype, agent.data])
    },
    start: async () => {
      const process = await startRepocast(lab, ['agent', 'run', '--data', agent.data], { name: 'killed' })
      const served = process.waitForOutput(/serving a new snapshot/, 60)
      return { process, begun: process.waitForOutput(/all packs are shared/, 60), done: served.then(() => sleep(700)) }
    },
    phase: process => (/serving a new snapshot/.test(process.log()) ? 'collecting' : 'fetching'),
    async afterKill() {
      expect([before, after]).toContainEqual(await treeFingerprint(agent.servedPath('tree')))
      await agent.restart()
      await agent.waitForSerial('tree', 9)
      await agent.process.stop()
      const verified = await repocast(['agent', 'verify', '--data', agent.data, '--json'])
      expect(JSON.parse(verified.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ found: 0 })
      await assertSameTree(source, agent.servedPath('tree'))
      // What is kept can be served without the network.
      const order = ['agent', 'rollback', '7', '--data', agent.data]
      expect(await repocastJson(order)).toMatchObject({ serial: 7, done: true })
      expect(await treeFingerprint(agent.servedPath('tree'))).toEqual(before)
    },
  })
}, 400_000)
