import { expect, test } from 'vitest'
import { startAgent, startOrigin } from '../lab/deployment.ts'
import { aptClient, debRepository, dnfClient, installableRpm, openLab, yumRepository } from '../lab/index.ts'
import { treeDifferences } from '../lab/tree/compare.ts'

/** The files that a mirror serves besides the tree of the origin, and how it differs from that otherwise. */
async function besides(tree: string, served: string): Promise<{ files: string[]; differences: string[] }> {
  const all = await treeDifferences(tree, served, 1000)
  const files = all.flatMap(text => /^(.*): unexpected/.exec(text)?.[1] ?? [])
  return { files: files.sort(), differences: all.filter(text => !/: unexpected/.test(text)) }
}

test('apt with the metadata of yesterday installs what today has not any more, where the mirror keeps it', async () => {
  await using lab = openLab('apt-kept')
  const repository = await debRepository(lab)
  const origin = await startOrigin(lab)
  await origin.publish('debian', repository.directory)
  const links = { debian: await origin.link('debian') }
  const keeping = await startAgent(lab, links, { name: 'keeping', settings: { 'keep-removed': '48h' } })
  const plain = await startAgent(lab, links, { name: 'plain' })
  const { suite, keyring } = repository
  const clients = []
  for (const agent of [keeping, plain]) {
    await agent.waitForSerial('debian', 1)
    const apt = await aptClient(lab, { url: `${agent.url}/debian`, suite, keyring })
    await apt.update()
    clients.push({ agent, apt })
  }

  const { upgraded, removed } = await repository.update()
  const { serial } = await origin.publish('debian', repository.directory)
  for (const { agent } of clients) await agent.waitForSerial('debian', serial)
  const beside = await besides(repository.directory, keeping.servedPath('debian'))
  expect(beside.differences).toEqual([])
  expect(beside.files.filter(path => path.endsWith('.deb'))).toHaveLength(2)
  expect(await besides(repository.directory, plain.servedPath('debian'))).toEqual({ files: [], differences: [] })

  for (const { agent, apt } of clients) {
    const installed = apt.install(upgraded.name, removed).then(
      () => true,
      () => false,
    )
    expect(await installed).toBe(agent === keeping)
  }
  const [client] = clients
  expect((await client?.apt.installed())?.get(upgraded.name)).toBe(upgraded.from)

  await keeping.process.stop()
  await keeping.restart()
  await keeping.waitForSerial('debian', serial)
  expect(await besides(repository.directory, keeping.servedPath('debian'))).toEqual(beside)
})

test('dnf with the metadata of yesterday installs what today has not any more, until its time is over', async () => {
  await using lab = openLab('dnf-kept')
  const repository = await yumRepository(lab)
  const origin = await startOrigin(lab)
  await origin.publish('yum', repository.directory)
  const agent = await startAgent(lab, { yum: await origin.link('yum') }, { settings: { 'keep-removed': '48h' } })
  await agent.waitForSerial('yum', 1)
  const dnf = await dnfClient(lab, { url: `${agent.url}/yum` })
  await dnf.makecache()

  const { upgraded } = await repository.update()
  const { serial } = await origin.publish('yum', repository.directory)
  await agent.waitForSerial('yum', serial)
  await dnf.install(installableRpm.name)
  expect((await dnf.installed()).get(upgraded.name)).toBe(upgraded.from)
  const { files } = await besides(repository.directory, agent.servedPath('yum'))
  expect(files.filter(path => path.endsWith('.rpm'))).toHaveLength(2)
  expect(files.filter(path => path.includes('-primary.xml'))).not.toHaveLength(0)

  await agent.process.stop()
  agent.configure({ 'keep-removed': '1s' })
  await agent.restart()
  await expect
    .poll(async () => await besides(repository.directory, agent.servedPath('yum')), { timeout: 30_000 })
    .toEqual({ files: [], differences: [] })
})
