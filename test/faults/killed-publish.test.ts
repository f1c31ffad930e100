import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startOrigin } from '../lab/deployment.ts'
import {
  assertSameTree,
  changePlainTree,
  killAtRandomMoments,
  openLab,
  plainTree,
  repocast,
  repocastJson,
  startRepocast,
} from '../lab/index.ts'
import { publishedTree } from '../lab/mirrored-tree.ts'

test('a publish that is killed at any moment has published all or nothing, and the next one goes on', async () => {
  await using lab = openLab('killed-publish')
  const source = lab.newDirectory('source')
  await plainTree(source, { seed: 1, files: 300, directories: 20, bytes: 100_000, nasty: 'all' })
  const origin = await startOrigin(lab)
  const link = await origin.link('tree')
  let { serial } = await origin.publish('tree', source)
  let seed = 10
  const mirror = lab.newDirectory('mirror')
  const sync = ['agent', 'sync', link, join(mirror, 'served'), '--data', join(mirror, 'data'), '--json']
  const publishedSerial = async (): Promise<number> => {
    const status = (await repocastJson(['origin', 'status', '--data', origin.data])) as {
      repositories: { serial: number }[]
    }
    return status.repositories[0]?.serial ?? 0
  }
  await killAtRandomMoments({
    kills: 5,
    phases: ['working'],
    seed: 5,
    async reset() {
      seed += 1
      await changePlainTree(source, { seed, add: 60, change: 20, remove: 20, bytes: 400_000 })
      serial = await publishedSerial()
    },
    start: async () => {
      const order = ['origin', 'publish', 'tree', source, '--data', origin.data]
      const process = await startRepocast(lab, order, { name: 'killed' })
      return { process, begun: process.waitForOutput(/scanning/) }
    },
    phase: process => (/published/.test(process.log()) ? 'done' : 'working'),
    async afterKill() {
      const now = await publishedSerial()
      expect([serial, serial + 1]).toContain(now)
      await repocast(sync)
      const { serial: next, published } = await origin.publish('tree', source)
      expect(next).toBe(serial + 1)
      expect(published).toBe(now === serial)
      await repocast(sync)
      await assertSameTree(source, join(mirror, 'served'))
    },
  })
}, 400_000)

test('an origin that is killed comes back and goes on serving', async () => {
  await using lab = openLab('killed-origin')
  const { source, origin, link } = await publishedTree(lab, { seed: 1, files: 50, directories: 5, bytes: 20_000 })
  const mirror = lab.newDirectory('mirror')
  for (const name of ['one', 'two']) {
    await origin.process.kill()
    await origin.restart()
    await repocast(['agent', 'sync', link, join(mirror, name), '--data', join(mirror, `${name}-data`)])
    await assertSameTree(source, join(mirror, name))
  }
  expect(await origin.process.stop()).toEqual({ code: 0 })
})
