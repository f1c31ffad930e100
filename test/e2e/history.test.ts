import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type LabOrigin, startAgent, startOrigin } from '../lab/deployment.ts'
import {
  assertSameTree,
  debRepository,
  openLab,
  repocast,
  runCommand,
  tryRepocast,
  yumRepository,
} from '../lab/index.ts'

/** What a command about the repository `yum` prints for people. */
async function text(origin: LabOrigin, command: string, ...args: readonly string[]): Promise<string> {
  return (await repocast(['origin', command, 'yum', ...args, '--data', origin.data])).stdout
}

/** What it prints for programs. */
async function lines(origin: LabOrigin, command: string, ...args: readonly string[]): Promise<unknown[]> {
  const { stdout } = await repocast(['origin', command, 'yum', ...args, '--data', origin.data, '--json'])
  return stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as unknown)
}

test('log, show and diff tell the history of a repository, and a rollback brings an old state back to mirrors', async () => {
  await using lab = openLab('history')
  const repository = await yumRepository(lab)
  const { directory } = repository
  const origin = await startOrigin(lab)
  const first = join(lab.newDirectory('first'), 'tree')
  await runCommand('cp', ['-a', directory, first])
  await origin.publish('yum', directory)
  const agent = await startAgent(lab, { yum: await origin.link('yum') })
  await agent.waitForSerial('yum', 1)
  const { upgraded, removed, added } = await repository.update()
  await origin.publish('yum', directory)
  await rm(join(directory, 'Packages', 't', (await readdir(join(directory, 'Packages', 't')))[0] ?? ''))
  await writeFile(join(directory, '.discinfo'), 'another\n')
  await runCommand('createrepo_c', ['--quiet', '--update', directory])
  await origin.publish('yum', directory)

  const log = await lines(origin, 'log')
  expect(log).toMatchObject([
    { serial: 3, since: 2, sameAs: null },
    { serial: 2, since: 1 },
    { serial: 1, since: null, changes: { removed: { files: 0 } } },
  ])
  expect(await text(origin, 'log', '--limit', '2')).toMatch(/^serial +published .*\n +3 {2}20.*\n +2 {2}20.*\n$/)

  const [details] = await lines(origin, 'show', '2')
  expect(details).toMatchObject({ record: { repository: 'yum', kind: 'yum', serial: 2 } })
  expect(await text(origin, 'show')).toMatch(/^yum \(yum\), serial 3\n {2}published .*\n {2}content .* files/)

  const changes = await lines(origin, 'diff', '1', '2')
  const packages = changes.filter(one => (one as { type: string }).type === 'package')
  expect(packages).toEqual([
    ...[{ ...noarch, change: 'upgraded', name: upgraded.name, from: `${upgraded.from}-1`, to: `${upgraded.to}-1` }],
    ...added.map(name => ({ ...noarch, change: 'added', name, to: '1.0-1' })),
    ...[{ ...noarch, change: 'removed', name: removed, from: '0.9-1' }],
  ])
  expect(changes.at(-1)).toMatchObject({ type: 'summary', packages: { added: 1, removed: 1, upgraded: 1 } })
  const told = await text(origin, 'diff', '1', '2')
  expect(told).toContain(`  upgraded  ${upgraded.name}  noarch  1.0-1  ->  1.1-1\n`)
  expect(told).toMatch(/\n {2}removed +[\d.]+ KiB {2}Packages\/r\/lab-retired-0.9-1.noarch.rpm\n/)
  expect(await text(origin, 'diff')).toMatch(/\n {2}changed +8 B {2}\.discinfo\n/)
  expect(await text(origin, 'diff', '--limit', '1')).toMatch(/\n {2}and \d+ more\n/)

  // the dashboard tells the same of the newest
  const newest = (await lines(origin, 'diff')).filter(one => (one as { type: string }).type === 'package')
  expect(newest.length).toBeGreaterThan(0)
  const document = await (await fetch(`${origin.url}/package-changes/yum.json`)).json()
  expect(document).toMatchObject({ serial: 3, unknown: null, counts: { removed: newest.length, added: 0 } })
  expect((document as { changes: object[] }).changes).toMatchObject(
    newest
      .map(one => ({ from: null, to: null, ...(one as object), type: undefined }))
      .map(({ type: _, ...one }) => one),
  )

  await agent.waitForSerial('yum', 3)
  const [rolledBack] = await lines(origin, 'rollback', '1')
  expect(rolledBack).toMatchObject({ published: true, serial: 4, contentOf: 1 })
  await agent.waitForSerial('yum', 4)
  await assertSameTree(first, agent.servedPath('yum'))
  expect((await lines(origin, 'log'))[0]).toMatchObject({ serial: 4, sameAs: 1, changes: { added: { files: 9 } } })
  expect(await lines(origin, 'rollback', '4')).toMatchObject([{ published: false, serial: 4 }])

  // The source tree is as it was: publishing it goes on from there.
  expect(await origin.publish('yum', directory)).toMatchObject({ published: true, serial: 5, new: { bytes: 0 } })
  await agent.waitForSerial('yum', 5)
  await assertSameTree(directory, agent.servedPath('yum'))
  expect(await readFile(join(agent.servedPath('yum'), '.discinfo'), 'utf8')).toBe('another\n')
})

test('diff tells which debs of real packages an archive has changed', async () => {
  await using lab = openLab('history-deb')
  const repository = await debRepository(lab)
  const origin = await startOrigin(lab)
  await origin.publish('deb', repository.directory)
  const { added, removed, upgraded } = await repository.update()
  await origin.publish('deb', repository.directory)
  const { stdout } = await repocast(['origin', 'diff', 'deb', '--data', origin.data, '--json'])
  const changes = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { readonly type: string })
  // The suite is a link to the directory of its codename.
  const place = expect.stringMatching(/^dists\/[a-z]+\/main$/)
  const told = changes.filter(({ type }) => type === 'package')
  expect(told).toHaveLength(added.length + 2)
  for (const name of added) expect(told).toContainEqual(expect.objectContaining({ change: 'added', place, name }))
  expect(told).toContainEqual(expect.objectContaining({ change: 'removed', place, name: removed }))
  expect(told).toContainEqual(expect.objectContaining({ change: 'upgraded', place, ...upgraded }))
})

const noarch = { type: 'package', place: '', architecture: 'noarch' }

test('what cannot be told is one clear error', async () => {
  await using lab = openLab('history-errors')
  const origin = await startOrigin(lab)
  const tree = lab.newDirectory('tree')
  await writeFile(join(tree, 'a'), 'a')
  await origin.publish('plain', tree)
  const attempt = async (...args: string[]) => await tryRepocast(['origin', ...args, '--data', origin.data])
  expect(await attempt('log', 'other')).toMatchObject({ exitCode: 9 })
  expect(await attempt('show', 'plain', '7')).toMatchObject({ exitCode: 9 })
  expect(await attempt('show', 'plain', 'x')).toMatchObject({ exitCode: 2 })
  expect(await attempt('diff', 'plain')).toMatchObject({ exitCode: 9 })
  expect(await attempt('log', 'plain', '--limit', 'x')).toMatchObject({ exitCode: 2 })
  const { stderr, exitCode } = await attempt('rollback', 'plain', '2')
  expect([exitCode, stderr]).toEqual([9, expect.stringContaining('REPOCAST_SNAPSHOT_UNKNOWN')])
})
