import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startAgent, startOrigin } from '../lab/deployment.ts'
import { debRepository, openLab, plainTree, repocast, treeDifferences } from '../lab/index.ts'

test('a mirror of a Debian archive tells in project/trace what it serves, and changes nothing else', async () => {
  await using lab = openLab('trace')
  const repository = await debRepository(lab)
  const source = repository.directory
  const traces = join(source, 'project/trace')
  mkdirSync(traces, { recursive: true })
  writeFileSync(join(traces, 'master'), 'Sat Nov 21 08:00:00 UTC 2026\nDate: x\nArchive serial: 2026112101\n')
  writeFileSync(join(traces, 'taken'), 'somebody else\n')
  utimesSync(traces, 1_700_000_000, 1_700_000_000)
  const plain = lab.newDirectory('plain')
  await plainTree(plain, { seed: 1, files: 5, directories: 1, bytes: 1000 })
  const origin = await startOrigin(lab)
  await origin.publish('debian', source)
  await origin.publish('plain', plain)
  const settings = { 'trace-host': 'mirror.example.org', 'trace-fields': { Maintainer: 'Admins <a@example.org>' } }
  const links = { debian: await origin.link('debian'), plain: await origin.link('plain') }
  const agent = await startAgent(lab, links, { settings })
  const served = agent.servedPath('debian')
  /** How what is served differs from what was published. */
  const besides = async (): Promise<string[]> => await treeDifferences(source, served)
  const trace = (host = 'mirror.example.org'): string[] =>
    readFileSync(join(served, 'project/trace', host), 'utf8').split('\n')

  await agent.waitForSerial('debian', 1)
  await agent.waitForSerial('plain', 1)
  expect(await besides()).toEqual([expect.stringMatching(/^project\/trace\/mirror.example.org: unexpected file/)])
  expect(await treeDifferences(plain, agent.servedPath('plain'))).toEqual([])
  const first = trace()
  expect(first[0]).toMatch(/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ 1-3]\d \d\d:\d\d:\d\d UTC 20\d\d$/)
  expect(first.slice(1)).toEqual(
    expect.arrayContaining([
      'Archive serial: 2026112101',
      expect.stringMatching(/^Used repocast version: \d/),
      'Running on host: mirror.example.org',
      'Maintainer: Admins <a@example.org>',
      expect.stringMatching(/^Architectures: (all )?amd64/),
      'Upstream-mirror: 127.0.0.1',
      'Snapshot serial: 1',
    ]),
  )

  await repository.update()
  const { serial } = await origin.publish('debian', source)
  await agent.waitForSerial('debian', serial)
  expect(await besides()).toHaveLength(1)
  expect(trace()).toContain(`Snapshot serial: ${serial}`)

  // Nothing that looks for damage minds it.
  await agent.process.stop()
  await repocast(['agent', 'verify', '--data', agent.data])
  const kept = trace()
  // A name that the snapshot has stays as it is; the file of the old name goes.
  agent.configure({ ...settings, 'trace-host': 'taken' })
  await agent.restart()
  await agent.process.waitForOutput(/there is no trace file/)
  expect(trace('taken')).toEqual(['somebody else', ''])
  expect(await besides()).toEqual([])
  // What is served has it again as soon as it is wanted, with the time of the swap.
  await agent.process.stop()
  agent.configure({ ...settings, trace: true })
  await agent.restart()
  const plainTraces = join(agent.servedPath('plain'), 'project/trace')
  await expect.poll(() => existsSync(plainTraces) && readdirSync(plainTraces)).toEqual(['mirror.example.org'])
  await expect.poll(() => readdirSync(join(served, 'project/trace'))).toContain('mirror.example.org')
  expect(trace()[0]?.slice(0, 16)).toBe(kept[0]?.slice(0, 16))
  await repocast(['agent', 'rollback', 'debian', '--data', agent.data])
  expect(trace()).toContain('Snapshot serial: 1')
  await agent.process.stop()
  await repocast(['agent', 'verify', '--data', agent.data])
})
