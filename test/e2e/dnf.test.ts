import { expect, test } from 'vitest'
import { startAgent, startOrigin } from '../lab/deployment.ts'
import { assertSameTree, dnfClient, installableRpm, openLab, type YumRepository, yumRepository } from '../lab/index.ts'

test('dnf installs from a mirror before and after an update', async () => {
  await using lab = openLab('dnf')
  const repository = await yumRepository(lab)
  const origin = await startOrigin(lab)
  await origin.publish('yum', repository.directory)
  const agent = await startAgent(lab, { yum: await origin.link('yum') })
  await agent.waitForSerial('yum', 1)
  const dnf = await dnfClient(lab, { url: `${agent.url}/yum` })

  await dnf.makecache()
  expect(await dnf.repoquery()).toEqual(listOf(repository))
  await dnf.install(installableRpm.name)
  const before = await dnf.installed()
  expect(before.get(installableRpm.name)).toBe(repository.packages().get(installableRpm.name)?.version)

  const { upgraded } = await repository.update()
  expect(before.get(upgraded.name)).toBe(upgraded.from)
  const { serial } = await origin.publish('yum', repository.directory)
  expect(serial).toBe(2)
  await agent.waitForSerial('yum', serial)
  await assertSameTree(repository.directory, agent.servedPath('yum'))

  await dnf.makecache()
  expect(await dnf.repoquery()).toEqual(listOf(repository))
  await dnf.install(`${upgraded.name}-${upgraded.to}`)
  expect((await dnf.installed()).get(upgraded.name)).toBe(upgraded.to)
})

/** What the repository holds, as dnf lists it. */
function listOf(repository: YumRepository): string[] {
  return [...repository.packages().values()].map(({ name, version }) => `${name}-${version}`).sort()
}
