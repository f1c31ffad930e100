import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startOrigin } from '../lab/deployment.ts'
import {
  assertSameTree,
  killAtRandomMoments,
  openLab,
  plainTree,
  repocast,
  runCommand,
  startRepocast,
} from '../lab/index.ts'

test('a collection that is killed at any moment loses nothing, and the next one goes on', async () => {
  await using lab = openLab('killed-origin-gc')
  const source = lab.newDirectory('source')
  await plainTree(source, { seed: 1, files: 30, directories: 3, bytes: 50_000 })
  const origin = await startOrigin(lab)
  const link = await origin.process.stop().then(async () => await origin.link('tree'))
  const configuration = join(origin.data, 'origin.yaml')
  await runCommand('sed', ['-i', 's/  days: 14/  days: 0/; s/  snapshots: 10/  snapshots: 2/', configuration])
  for (let serial = 1; serial <= 9; serial += 1) {
    renew(source, serial)
    await origin.publish('tree', source)
  }
  const prototype = lab.newDirectory('prototype')
  await runCommand('cp', ['-a', `${origin.data}/.`, prototype])
  const gc = ['origin', 'gc', '--data', origin.data]
  const reset = async (): Promise<void> => {
    await runCommand('rm', ['-rf', origin.data])
    await runCommand('cp', ['-a', prototype, origin.data])
  }
  /** What lies there at the end: the same after every kill as without one. */
  const publishAndCollect = async (seed: number): Promise<Record<string, number>> => {
    renew(source, seed)
    expect(await origin.publish('tree', source)).toMatchObject({ serial: 10, published: true })
    await repocast(gc)
    return filesIn(origin.data)
  }
  await reset()
  const undisturbed = await publishAndCollect(99)
  await killAtRandomMoments({
    kills: 3,
    phases: ['removing objects'],
    seed: 3,
    reset,
    start: async () => {
      const process = await startRepocast(lab, gc, { name: 'killed' })
      return { process, begun: process.waitForOutput(/signing/) }
    },
    phase: process => /gc: (\w+ ?\w*),[^\n]*$/.exec(process.log().trimEnd())?.[1] ?? 'done',
    async afterKill({ number }) {
      // Half of them are followed by a collection, the others by a publish.
      if (number % 2 === 0) await repocast(gc)
      expect(await publishAndCollect(100 + number)).toEqual(undisturbed)
      await origin.restart()
      const mirror = lab.newDirectory('mirror')
      await repocast(['agent', 'sync', link, join(mirror, 'served'), '--data', join(mirror, 'data')])
      await assertSameTree(source, join(mirror, 'served'))
      await origin.process.stop()
    },
  })
}, 400_000)

/** Files that live for one snapshot only, as metadata does. */
function renew(source: string, seed: number): void {
  mkdirSync(join(source, 'metadata'), { recursive: true })
  for (let k = 0; k < 400; k += 1) writeFileSync(join(source, 'metadata', `${k}`), `${seed} ${k} `.repeat(20))
}

function filesIn(data: string): Record<string, number> {
  const count = (...names: string[]): number =>
    readdirSync(join(data, ...names), { recursive: true, withFileTypes: true }).filter(entry => entry.isFile()).length
  return {
    objects: count('objects'),
    torrents: count('torrents'),
    records: count('feed', 'targets'),
    incoming: count('incoming'),
  }
}
