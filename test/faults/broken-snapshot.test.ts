import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { Feed } from '@repocast/feed'
import { parseRepositoryName } from '@repocast/objects'
import { expect, test } from 'vitest'
import { startAgent, startOrigin } from '../lab/deployment.ts'
import { assertSameTree, openLab, repocast, treeFingerprint, yumRepository } from '../lab/index.ts'
import { readContents } from '../lab/tree/contents.ts'

test('a snapshot that clients could not use is not served, and the next one is', async () => {
  await using lab = openLab('broken')
  const { directory } = await yumRepository(lab)
  const origin = await startOrigin(lab)
  await origin.publish('yum', directory)
  const agent = await startAgent(lab, { yum: await origin.link('yum') })
  await agent.waitForSerial('yum', 1)
  const before = await treeFingerprint(agent.servedPath('yum'))
  await agent.process.stop()

  const [rpm = ''] = [...(await readContents(directory)).keys()].filter(path => path.endsWith('.rpm'))
  const aside = join(lab.newDirectory('aside'), 'rpm')
  await rename(join(directory, rpm), aside)
  const allowed = ['--allow', 'YUM_PACKAGE_MISSING', '--allow', 'YUM_TREEINFO_REPOMD']
  await repocast(['origin', 'publish', 'yum', directory, '--data', origin.data, ...allowed])
  // As an origin would that does not look at what it publishes.
  const feed = new Feed({
    directory: join(origin.data, 'feed'),
    keysDirectory: join(origin.data, 'keys'),
    clock: () => new Date(),
  })
  const record = await feed.record(parseRepositoryName('yum'), 2)
  expect(record.findings.map(({ code }) => code)).toContain('YUM_PACKAGE_MISSING')
  await feed.publish({ ...record, serial: 3, findings: [] })

  await agent.restart()
  const repository = async () => (await agent.status()).repositories[0]
  await expect
    .poll(repository, { timeout: 60_000 })
    .toMatchObject({ serial: 1, state: 'failed', error: { code: 'REPOCAST_SNAPSHOT_BROKEN' } })
  expect((await repository())?.error?.message).toContain(`YUM_PACKAGE_MISSING ${rpm}`)
  const metrics = async () => await (await fetch(`${agent.url}/metrics`)).text()
  await expect.poll(metrics, { timeout: 20_000 }).toContain('repocast_agent_refused{repository="yum"} 1')
  expect(await treeFingerprint(agent.servedPath('yum'))).toEqual(before)

  await rename(aside, join(directory, rpm))
  const { serial } = await origin.publish('yum', directory)
  expect(serial).toBe(4)
  await agent.waitForSerial('yum', serial)
  await assertSameTree(directory, agent.servedPath('yum'))
  await expect.poll(metrics, { timeout: 20_000 }).toContain('repocast_agent_refused{repository="yum"} 0')
  expect(agent.process.log().match(/REPOCAST_SNAPSHOT_BROKEN/g)).toHaveLength(1)
})

test('a snapshot is served with what its origin has found wrong and published all the same', async () => {
  await using lab = openLab('allowed')
  const { directory } = await yumRepository(lab)
  const origin = await startOrigin(lab)
  const [rpm = ''] = [...(await readContents(directory)).keys()].filter(path => path.endsWith('.rpm'))
  await rename(join(directory, rpm), join(lab.newDirectory('aside'), 'rpm'))
  await repocast(['origin', 'publish', 'yum', directory, '--data', origin.data, '--allow', 'YUM_PACKAGE_MISSING'])
  const agent = await startAgent(lab, { yum: await origin.link('yum') })
  await agent.waitForSerial('yum', 1)
  await assertSameTree(directory, agent.servedPath('yum'))
})
