import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startOrigin } from '../lab/deployment.ts'
import {
  assertSameTree,
  changePlainTree,
  killAtRandomMoments,
  type LabProcess,
  openLab,
  plainTree,
  repocast,
  startRepocast,
  treeFingerprint,
} from '../lab/index.ts'

interface Served {
  readonly swapped: boolean
  readonly downloadedBytes: number
}

/** The last progress that a killed run has told, in bytes. */
function lastProgress(process: LabProcess): { step: string; done: number; total: number } | undefined {
  const lines = process
    .log()
    .split('\n')
    .filter(line => line.startsWith('{"progress"'))
  return lines.length === 0 ? undefined : JSON.parse(lines.at(-1) ?? '').progress
}

test('an agent that is killed at any moment goes on, repeats no finished piece, and never serves a mixture', async () => {
  await using lab = openLab('killed-agent')
  const source = lab.newDirectory('source')
  await plainTree(source, { seed: 1, files: 400, directories: 20, bytes: 600_000, nasty: 'all' })
  const origin = await startOrigin(lab)
  const link = await origin.link('tree')
  const first = await origin.publish('tree', source)
  const old = await treeFingerprint(source)
  const mirror = lab.newDirectory('mirror')
  const [served, data, kept] = [join(mirror, 'served'), join(mirror, 'data'), join(mirror, 'kept')]
  const sync = ['agent', 'sync', link, served, '--data', data, '--json']
  await repocast(sync)
  expect(await treeFingerprint(served)).toEqual(old)
  // Copies of the mirror as it is now, to begin each kill from.
  const reset = () => spawnSync('sh', ['-c', `rm -rf "${kept}.w" && cp -a --reflink=auto "${data}" "${kept}.w"`])
  reset()

  await changePlainTree(source, { seed: 7, add: 150, change: 60, remove: 40, bytes: 600_000 })
  const second = await origin.publish('tree', source)
  const fresh = await treeFingerprint(source)
  const newBytes = second.packs
    .filter(one => second.newPacks.includes(one.infoHash))
    .reduce((sum, one) => sum + one.bytes, 0)
  expect(first.serial + 1).toBe(second.serial)
  const work = `${kept}.w`
  const workServed = join(mirror, 'work-served')
  const run = ['agent', 'sync', link, workServed, '--data', work, '--json']
  await killAtRandomMoments({
    kills: 8,
    phases: ['starting', 'fetching'],
    seed: 3,
    async reset() {
      reset()
      // The copy has its generations elsewhere: let it serve its own.
      spawnSync('ln', ['-sfn', join(work, 'generations/tree/g1'), workServed])
    },
    start: async () => ({ process: await startRepocast(lab, run, { name: 'killed' }) }),
    phase: process => lastProgress(process)?.step ?? 'starting',
    async afterKill() {
      const after = await treeFingerprint(workServed)
      expect([old, fresh]).toContainEqual(after)
      const { stdout } = await repocast(run)
      const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Served
      expect(result.downloadedBytes).toBeLessThanOrEqual(newBytes + 1)
      expect(await treeFingerprint(workServed)).toEqual(fresh)
    },
  })
  await assertSameTree(source, workServed)
}, 400_000)

test('pieces that were finished before a kill are not fetched again', async () => {
  await using lab = openLab('finished-pieces')
  const source = lab.newDirectory('source')
  await plainTree(source, { seed: 2, files: 60, directories: 3, bytes: 8_000_000 })
  const origin = await startOrigin(lab)
  const link = await origin.link('tree')
  const { packs } = await origin.publish('tree', source)
  const total = packs.reduce((sum, { bytes }) => sum + bytes, 0)
  let checked = 0
  for (let attempt = 0; attempt < 4 && checked < 2; attempt += 1) {
    const mirror = lab.newDirectory('mirror')
    const run = ['agent', 'sync', link, join(mirror, 'served'), '--data', join(mirror, 'data'), '--json']
    const killed = await startRepocast(lab, run, { name: `killed-${attempt}` })
    await killed.waitForOutput(/"step":"fetching","done":[1-9]\d{7,}/, 60).catch(() => {})
    await killed.kill()
    const done = lastProgress(killed)?.done ?? 0
    const { stdout } = await repocast(run)
    const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Served
    expect(result.downloadedBytes).toBeLessThanOrEqual(total - done)
    if (done > 0) checked += 1
    await assertSameTree(source, join(mirror, 'served'))
  }
  expect(checked).toBeGreaterThan(0)
})
