import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startAgent, startOrigin } from '../lab/deployment.ts'
import { dnfClient, openLab } from '../lab/index.ts'
import { type PartedRpm, partedYumRepository } from '../lab/yum/parted-repository.ts'

const own = process.arch === 'arm64' ? 'aarch64' : 'x86_64'
const other = own === 'x86_64' ? 'aarch64' : 'x86_64'
const bytes = 600_000

function made(name: string, version: string, arch: string): PartedRpm {
  return { name, version, arch, bytes }
}

const wanted = [made('lab-tool', '1.2', own), made('lab-tool', '1.10', own), made('lab-doc', '1.0', 'noarch')]
const notWanted = [
  made('lab-tool', '1.1', own),
  made('lab-tool', '1.10', other),
  made('lab-more', '1.0', other),
  made('lab-tool-debuginfo', '1.10', own),
]

test('a part of a yum repository is mirrored: dnf installs, and nothing else is fetched', async () => {
  await using lab = openLab('filter-yum')
  const repository = await partedYumRepository(lab, [...wanted, ...notWanted])
  const origin = await startOrigin(lab)
  const { total } = await origin.publish('yum', repository.directory)
  const filter = { architectures: [own], debug: false, newest: 2 }
  const agent = await startAgent(lab, { yum: await origin.link('yum') }, { repository: { filter } })
  await agent.waitFor('yum', ({ state, serial }) => state === 'current' && serial === 1)
  const at = (path: string): string => join(agent.servedPath('yum'), path)
  for (const one of wanted) expect(existsSync(at(repository.pathOf(one)))).toBe(true)
  for (const one of notWanted) expect(existsSync(at(repository.pathOf(one)))).toBe(false)
  // signed metadata stays as it is
  const repomd = 'repodata/repomd.xml'
  expect(readFileSync(at(repomd))).toEqual(readFileSync(join(repository.directory, repomd)))
  const note = JSON.parse(readFileSync(at('.repocast-filter.json'), 'utf8'))
  expect(note.leftOut).toMatchObject({ architecture: { files: 2 }, debug: { files: 1 }, old: { files: 1 } })
  const { downloadedBytes } = await agent.status()
  expect(downloadedBytes).toBeLessThan(total.bytes * 0.7)

  const dnf = await dnfClient(lab, { url: `${agent.url}/yum` })
  await dnf.makecache()
  await dnf.install('lab-tool', 'lab-doc')
  expect((await dnf.installed()).get('lab-tool')).toBe('1.10')

  await repository.add(made('lab-tool', '1.11', own), made('lab-tool', '1.11', other))
  await origin.publish('yum', repository.directory)
  await agent.waitFor('yum', ({ state, serial }) => state === 'current' && serial === 2)
  expect(existsSync(at(repository.pathOf(made('lab-tool', '1.2', own))))).toBe(false)
  expect(existsSync(at(repository.pathOf(made('lab-tool', '1.11', other))))).toBe(false)
  await dnf.upgrade()
  expect((await dnf.installed()).get('lab-tool')).toBe('1.11')
})
