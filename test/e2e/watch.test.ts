import { appendFile, readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StatsDocument } from '@repocast/api'
import { expect, test } from 'vitest'
import { type LabOrigin, startAgent, startOrigin } from '../lab/deployment.ts'
import { assertSameTree, openLab, repocast, treeFingerprint, tryRepocast, yumRepository } from '../lab/index.ts'

const patiently = { timeout: 60_000, interval: 100 }
const watch = { 'still-for': '1s', every: '1s' }
/** Longer than this machine is ever busy with something else. */
const patientWatch = { ...watch, 'still-for': '5s' }

async function statistics({ url }: LabOrigin): Promise<StatsDocument> {
  return (await (await fetch(`${url}/stats.json`)).json()) as StatsDocument
}

test('a watched repository is published when createrepo_c has changed it and nobody writes any more', async () => {
  await using lab = openLab('watch')
  const { directory, update } = await yumRepository(lab)
  const origin = await startOrigin(lab, { repositories: { yum: { tree: directory, watch: patientWatch } } })
  const agent = await startAgent(lab, { yum: await origin.link('yum') })
  const status = async () => (await statistics(origin)).watched[0]
  await agent.waitForSerial('yum', 1)
  await expect.poll(status, patiently).toMatchObject({ state: 'current', unpublishedSeconds: 0, error: null })
  await assertSameTree(directory, agent.servedPath('yum'))

  // repomd.xml is new, and an image is still being copied.
  const slow = join(directory, 'images/slow.img')
  await writeFile(slow, '')
  await update()
  await expect
    .poll(async () => {
      await appendFile(slow, 'more')
      return await status()
    }, patiently)
    .toMatchObject({ name: 'yum', state: 'changing' })
  for (let k = 0; k < 40; k += 1) {
    await appendFile(slow, 'more')
    await sleep(150)
  }
  await agent.waitForSerial('yum', 2)
  await assertSameTree(directory, agent.servedPath('yum'))
  await expect.poll(status, patiently).toMatchObject({ state: 'current', unpublishedSeconds: 0, error: null })
  expect((await statistics(origin)).repositories).toMatchObject([{ name: 'yum', serial: 2 }])
})

test('a half-done update is not published: mirrors keep the last snapshot, and the origin tells until it is complete', async () => {
  await using lab = openLab('watch-refused')
  const { directory, update } = await yumRepository(lab)
  const origin = await startOrigin(lab, { repositories: { yum: { tree: directory, watch } } })
  const agent = await startAgent(lab, { yum: await origin.link('yum') })
  const status = async () => (await statistics(origin)).watched[0]
  await expect.poll(status, patiently).toMatchObject({ state: 'current' })

  await agent.waitForSerial('yum', 1)
  const last = await treeFingerprint(agent.servedPath('yum'))
  // All is there, but for a package that repomd.xml leads to.
  const elsewhere = lab.newDirectory('elsewhere')
  await update()
  const rpm = (await readdir(directory, { recursive: true })).find(path => /lab-plugin.*\.rpm$/.test(path)) ?? ''
  await rename(join(directory, rpm), join(elsewhere, 'rpm'))
  await expect.poll(status, patiently).toMatchObject({ state: 'refused', error: { code: 'REPOCAST_CHECK_FAILED' } })
  const metrics = await (await fetch(`${origin.url}/metrics`)).text()
  expect(metrics).toContain('repocast_watch_failed{repository="yum"} 1')
  expect(origin.process.log()).toContain('not published, mirrors keep the last snapshot')
  expect((await statistics(origin)).repositories).toMatchObject([{ serial: 1 }])
  expect(await treeFingerprint(agent.servedPath('yum'))).toEqual(last)

  await rename(join(elsewhere, 'rpm'), join(directory, rpm))
  await agent.waitForSerial('yum', 2)
  await assertSameTree(directory, agent.servedPath('yum'))
  await expect.poll(status, patiently).toMatchObject({ state: 'current', error: null })
})

test('the configured tree is published without naming it', async () => {
  await using lab = openLab('configured-tree')
  const tree = lab.newDirectory('tree')
  await writeFile(join(tree, 'file'), 'content')
  const origin = await startOrigin(lab, { repositories: { files: { tree } } })
  const { stdout } = await repocast(['origin', 'publish', 'files', '--data', origin.data, '--json'])
  expect(JSON.parse(stdout)).toMatchObject({ serial: 1, published: true })
  const { exitCode, stderr } = await tryRepocast(['origin', 'publish', 'others', '--data', origin.data])
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('repositories.others.tree')])
})
