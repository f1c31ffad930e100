import { expect, test } from 'vitest'
import { startAgent, startOrigin } from '../lab/deployment.ts'
import { aptClient, assertSameTree, debRepository, installableDeb, openLab } from '../lab/index.ts'

test('apt installs from a mirror before and after an update', async () => {
  await using lab = openLab('apt')
  const repository = await debRepository(lab)
  const origin = await startOrigin(lab)
  await origin.publish('debian', repository.directory)
  const agent = await startAgent(lab, { debian: await origin.link('debian') })
  await agent.waitForSerial('debian', 1)
  const { suite, keyring } = repository
  const apt = await aptClient(lab, { url: `${agent.url}/debian`, suite, keyring })

  await apt.update()
  const version = repository.packages().get(installableDeb.name)?.version
  expect(version).toBeDefined()
  expect(await apt.candidate(installableDeb.name)).toBe(version)
  await apt.install(installableDeb.name)
  const before = await apt.installed()
  expect(before.get(installableDeb.name)).toBe(version)

  const { added, removed, upgraded } = await repository.update()
  expect(before.get(upgraded.name)).toBe(upgraded.from)
  const { serial } = await origin.publish('debian', repository.directory)
  expect(serial).toBe(2)
  await agent.waitForSerial('debian', serial)
  await assertSameTree(repository.directory, agent.servedPath('debian'))

  await apt.update()
  await apt.install(upgraded.name)
  expect((await apt.installed()).get(upgraded.name)).toBe(upgraded.to)
  expect(await apt.candidate(removed)).toBeUndefined()
  for (const name of added) expect(await apt.candidate(name)).toBeDefined()
})
