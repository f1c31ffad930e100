import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeSigningKey } from '../lab/deb/signing-key.ts'
import { type LabOrigin, startAgent, startOrigin } from '../lab/deployment.ts'
import {
  assertSameTree,
  debRepository,
  type Lab,
  openLab,
  repocast,
  runCommand,
  tryRepocast,
  type YumRepository,
  yumRepository,
} from '../lab/index.ts'

let lab: Lab
let origin: LabOrigin
beforeAll(async () => {
  lab = openLab('check')
  origin = await startOrigin(lab)
})
afterAll(async () => await lab.close())

const rpmsOf = (directory: string): string[] =>
  readdirSync(join(directory, 'Packages'), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.rpm'))
    .map(name => join(directory, 'Packages', name))

interface Recorded {
  readonly repository: string
  readonly serial: number
  readonly findings: readonly { readonly code: string; readonly path: string; readonly count: number }[]
}

const lastOf = async (name: string): Promise<Recorded | undefined> => {
  const { stdout } = await repocast(['origin', 'status', '--data', origin.data, '--json'])
  return (JSON.parse(stdout) as { repositories: Recorded[] }).repositories.find(one => one.repository === name)
}

const publish = async (name: string, tree: string, ...more: string[]) =>
  await tryRepocast(['origin', 'publish', name, tree, '--data', origin.data, ...more])

/** Flips the last byte. */
function damage(path: string): void {
  const bytes = readFileSync(path)
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  writeFileSync(path, bytes)
}

describe('a yum repository of createrepo_c', () => {
  let repository: YumRepository
  beforeAll(async () => {
    repository = await yumRepository(lab)
  })

  test('is published without a finding; what is broken later is refused, and mirrors keep what they have', async () => {
    const { directory } = repository
    const first = await publish('yum', directory, '--json')
    expect(JSON.parse(first.stdout)).toMatchObject({ published: true, serial: 1, kind: 'yum', findings: [] })
    const agent = await startAgent(lab, { yum: await origin.link('yum') })
    await agent.waitForSerial('yum', 1)
    const served = readdirSync(agent.servedPath('yum'), { recursive: true }).length

    const [victim = '', gone = ''] = rpmsOf(directory)
    damage(victim)
    rmSync(gone)
    const refused = await publish('yum', directory)
    expect(refused.exitCode).toBe(4)
    expect(refused.stderr).toContain('REPOCAST_CHECK_FAILED')
    expect(refused.stderr).toContain('YUM_PACKAGE_CHECKSUM')
    expect(refused.stdout).toContain(gone.slice(directory.length + 1))
    expect(refused.stdout).toContain('TREE_ROOT_BEHIND')
    expect(await lastOf('yum')).toMatchObject({ serial: 1, findings: [] })
    expect((await agent.status()).repositories[0]?.serial).toBe(1)
    expect(readdirSync(agent.servedPath('yum'), { recursive: true })).toHaveLength(served)

    const mistyped = await publish('yum', directory, '--allow', 'YUM_PACKAGE_MISING')
    expect(mistyped.exitCode).toBe(2)
    expect(mistyped.stderr).toContain('did you mean YUM_PACKAGE_MISSING?')

    const dry = await publish('yum', directory, '--allow', 'YUM_PACKAGE_CHECKSUM,YUM_PACKAGE_MISSING', '--dry-run')
    expect(dry.exitCode).toBe(0)
    expect(dry.stdout).toContain('would publish yum (yum) as serial 2')
    expect(await lastOf('yum')).toMatchObject({ serial: 1 })

    const allow = ['--allow', 'YUM_PACKAGE_CHECKSUM', '--allow', 'YUM_PACKAGE_MISSING']
    const allowed = await publish('yum', directory, ...allow, '--json')
    expect(JSON.parse(allowed.stdout)).toMatchObject({ published: true, serial: 2, new: { files: 1 } })
    await agent.waitForSerial('yum', 2)
    await assertSameTree(directory, agent.servedPath('yum'))
    const { findings = [] } = (await lastOf('yum')) ?? {}
    expect(findings.map(({ code }) => code).sort()).toEqual([
      'TREE_PACKAGE_REPLACED',
      'TREE_ROOT_BEHIND',
      'YUM_PACKAGE_CHECKSUM',
      'YUM_PACKAGE_MISSING',
    ])
    const missing = findings.find(({ code }) => code === 'YUM_PACKAGE_MISSING')
    expect(missing).toMatchObject({ path: gone.slice(directory.length + 1), count: 1 })
  })
})

test('the configuration allows and limits, too; --allow-shrink lifts the guard', async () => {
  const { directory } = await yumRepository(lab)
  expect((await publish('shrinking', directory)).exitCode).toBe(0)
  for (const path of rpmsOf(directory).slice(0, 8)) rmSync(path)
  await runCommand('createrepo_c', ['--quiet', directory])
  const refused = await publish('shrinking', directory)
  expect(refused.exitCode).toBe(4)
  expect(refused.stderr).toContain('TREE_SHRUNK')
  expect(refused.stdout).toContain('hint: if this many files are meant to go, publish with --allow-shrink')
  expect((await publish('shrinking', directory, '--allow-shrink', '--dry-run')).exitCode).toBe(0)
  const configuration = join(origin.data, 'origin.yaml')
  const before = readFileSync(configuration, 'utf8')
  const settings = 'repositories:\n  shrinking:\n    shrink-limit: 90%\n'
  writeFileSync(configuration, before.replace(/^repositories: .*$/m, settings))
  expect((await publish('shrinking', directory)).exitCode).toBe(0)
  writeFileSync(configuration, before)
})

describe('origin check', () => {
  test('needs no data directory, and prints findings one by one and counted', async () => {
    const { directory } = await yumRepository(lab)
    const good = await tryRepocast(['origin', 'check', directory, '--json'])
    expect(JSON.parse(good.stdout)).toEqual({ tree: directory, kind: 'yum', findings: [] })
    expect(good.exitCode).toBe(0)
    const [victim = ''] = rpmsOf(directory)
    appendFileSync(victim, 'x')
    renameSync(join(directory, '.treeinfo'), join(directory, 'repodata/other'))
    const bad = await tryRepocast(['origin', 'check', directory, '--json'])
    expect(bad.exitCode).toBe(4)
    const values = bad.stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(values).toMatchObject([
      { finding: { code: 'YUM_PACKAGE_SIZE', severity: 'error', path: victim.slice(directory.length + 1) } },
      { finding: { code: 'YUM_METADATA_STALE', severity: 'note', path: 'repodata/other' } },
      {
        tree: directory,
        findings: [
          { code: 'YUM_PACKAGE_SIZE', count: 1 },
          { code: 'YUM_METADATA_STALE', count: 1 },
        ],
      },
    ])
    expect(JSON.parse(bad.stderr)).toMatchObject({ error: { code: 'REPOCAST_CHECK_FAILED' } })
    const text = await tryRepocast(['origin', 'check', directory, '--allow', 'YUM_PACKAGE_SIZE'])
    expect(text.exitCode).toBe(0)
    expect(text.stdout).toMatch(/error YUM_PACKAGE_SIZE: .*\n {2}Packages.*\n {2}source: .*\n {2}hint: /)
    expect(text.stdout).toContain('1 error, 1 note')
  })

  test('compares with the last snapshot where it is told to', async () => {
    const repository = await yumRepository(lab)
    expect((await publish('compared', repository.directory)).exitCode).toBe(0)
    await repository.update()
    const same = ['origin', 'check', repository.directory, '--repository', 'compared', '--data', origin.data, '--json']
    expect((await tryRepocast(same)).exitCode).toBe(0)
    rmSync(join(repository.directory, 'repodata'), { recursive: true })
    const { exitCode, stdout } = await tryRepocast(same)
    expect(exitCode).toBe(4)
    expect(stdout).toContain('TREE_KIND_CHANGED')
  })

  test('of a plain tree refuses what publishing would refuse, and nothing else', async () => {
    const tree = lab.newDirectory('plain')
    mkdirSync(join(tree, 'a'))
    writeFileSync(join(tree, 'a/b'), 'x')
    expect((await tryRepocast(['origin', 'check', tree])).stdout).toContain('(plain): findings: none')
    await runCommand('ln', ['-s', '../../out', join(tree, 'a/link')])
    const { exitCode, stderr } = await tryRepocast(['origin', 'check', tree])
    expect(exitCode).toBe(4)
    expect(stderr).toContain('REPOCAST_LINK_ESCAPES')
  })
})

test('signatures are verified with a keyring, by origin check and by publish', async () => {
  const repository = await debRepository(lab)
  const check = async (keyring: string) =>
    await tryRepocast(['origin', 'check', repository.directory, '--keyring', keyring])
  expect((await check(repository.keyring)).stdout).toMatch(/findings: (none|\d+ notes?)\n$/)
  expect((await check(join(lab.newDirectory('none'), 'keys.asc'))).exitCode).toBe(3)
  const stranger = await makeSigningKey(lab)
  const other = await check(stranger.keyring)
  expect(other.exitCode).toBe(4)
  expect(other.stdout).toContain('DEB_SIGNATURE_BAD')
  const configuration = join(origin.data, 'origin.yaml')
  const before = readFileSync(configuration, 'utf8')
  const settings = `repositories:\n  signed:\n    keyring: ${stranger.keyring}\n`
  writeFileSync(configuration, before.replace(/^repositories: .*$/m, settings))
  const refused = await publish('signed', repository.directory)
  writeFileSync(configuration, before)
  expect(refused.stderr).toContain('DEB_SIGNATURE_BAD')
  expect((await publish('signed', repository.directory)).exitCode).toBe(0)
})
