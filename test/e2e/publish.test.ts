import { appendFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LabOrigin, startOrigin } from '../lab/deployment.ts'
import {
  assertSameTree,
  hostileThings,
  hostileTree,
  type Lab,
  openLab,
  plainTree,
  repocast,
  runCommand,
  startProcess,
  tryRepocast,
} from '../lab/index.ts'

let lab: Lab
let origin: LabOrigin
beforeAll(async () => {
  lab = openLab('publish')
  origin = await startOrigin(lab)
})
afterAll(async () => await lab.close())

const publishedSerials = async (): Promise<unknown> => {
  const { stdout } = await repocast(['origin', 'status', '--data', origin.data, '--json'])
  return (JSON.parse(stdout) as { repositories: { repository: string; serial: number }[] }).repositories
}

describe('what cannot be mirrored faithfully is refused with its name, and nothing is published', () => {
  test.each(hostileThings.map(thing => [thing.what, thing] as const))('%s', async (_, thing) => {
    const tree = lab.newDirectory('hostile')
    await hostileTree(tree, thing)
    const before = await publishedSerials()
    const { exitCode, stderr } = await tryRepocast(['origin', 'publish', 'hostile', tree, '--data', origin.data])
    expect(stderr).toContain(thing.path)
    expect(stderr).toMatch(/hint: /)
    expect(exitCode).toBe(4)
    expect(await publishedSerials()).toEqual(before)
  })
})

test('a file that never stops changing is refused with its name', async () => {
  const tree = lab.newDirectory('unstable')
  writeFileSync(join(tree, 'quiet'), 'x')
  writeFileSync(join(tree, 'growing'), Buffer.alloc(60_000_000))
  const writer = await startProcess(lab, 'sh', [
    '-c',
    'while :; do echo x >> "$0"; sleep 0.005; done',
    join(tree, 'growing'),
  ])
  const { exitCode, stderr } = await tryRepocast(['origin', 'publish', 'unstable', tree, '--data', origin.data])
  await writer.kill()
  expect(stderr).toContain('growing changes or vanishes')
  expect(exitCode).toBe(4)
})

test('a file that has changed since is read again although its size and time are the same', async () => {
  const tree = lab.newDirectory('sly')
  const file = join(tree, 'file')
  writeFileSync(file, 'one')
  await runCommand('touch', ['-d', '2020-01-01', file])
  expect((await origin.publish('sly', tree)).serial).toBe(1)
  writeFileSync(file, 'two')
  await runCommand('touch', ['-d', '2020-01-01', file])
  expect(await origin.publish('sly', tree)).toMatchObject({ serial: 2, new: { files: 1, bytes: 3 } })
})

test('--ingest hardlink takes no space, and mirrors get the same tree', async () => {
  const tree = lab.newDirectory('linked')
  await plainTree(tree, { seed: 4, files: 30, directories: 3, bytes: 10_000, nasty: 'all' })
  writeFileSync(join(tree, 'big'), Buffer.alloc(100_000, 'repocast'))
  writeFileSync(join(tree, 'little'), 'little')
  // files that have just been written are taken in by another way
  await new Promise(resolve => setTimeout(resolve, 2100))
  await repocast(['origin', 'publish', 'linked', tree, '--data', origin.data, '--ingest', 'hardlink'])
  for (const name of ['big', 'little']) expect(statSync(join(tree, name)).nlink).toBe(2)
  const mirror = lab.newDirectory('mirror')
  const link = await origin.link('linked')
  await repocast(['agent', 'sync', link, join(mirror, 'served'), '--data', join(mirror, 'data')])
  await assertSameTree(tree, join(mirror, 'served'))
})

test('it works while the daemon does not run, with a relative directory, and tells what is new', async () => {
  const directory = lab.newDirectory('relative')
  const tree = join(directory, 'tree')
  mkdirSync(join(tree, 'notes'), { recursive: true })
  writeFileSync(join(tree, 'notes/note'), '12345678\n')
  writeFileSync(join(tree, 'a'), 'same')
  writeFileSync(join(tree, 'b'), 'same')
  const inDirectory = { cwd: directory }
  await repocast(['origin', 'init', '--data', 'origin', '--url', 'http://127.0.0.1:9'], inDirectory)
  const publish = ['origin', 'publish', 'r', 'tree', '--data', 'origin', '--json']
  const first = JSON.parse((await repocast(publish, inDirectory)).stdout)
  expect(first).toMatchObject({
    repository: 'r',
    kind: 'plain',
    published: true,
    serial: 1,
    total: { files: 3, bytes: 17 },
  })
  expect(first.root).toMatch(/^[0-9a-f]{64}$/)
  expect(first.packs).toHaveLength(1)
  appendFileSync(join(tree, 'b'), ' no more')
  const second = JSON.parse((await repocast(publish, inDirectory)).stdout)
  expect(second).toMatchObject({ serial: 2, new: { files: 1, bytes: 12 }, unchanged: { files: 2, bytes: 13 } })
  const again = await tryRepocast(['origin', 'init', '--data', 'origin', '--url', 'http://127.0.0.1:9'], inDirectory)
  expect(again.exitCode).toBe(8)
  expect(again.stderr).toContain('REPOCAST_ORIGIN_EXISTS')
})

test('a mistyped command does nothing and ends with 2', async () => {
  const tree = lab.newDirectory('mistyped')
  const { exitCode, stderr } = await tryRepocast(['origin', 'publish', 'x', tree, '--data', origin.data, '--jsom'])
  expect(stderr).toContain('jsom')
  expect(exitCode).toBe(2)
  expect(JSON.stringify(await publishedSerials())).not.toContain('"x"')
})

test('statistics are there for people, programs and Prometheus', async () => {
  const get = async (path: string) => await fetch(origin.url + path)
  expect(await (await get('/stats.json')).json()).toMatchObject({
    format: 'repocast statistics',
    version: 1,
    origin: origin.url,
  })
  expect(await (await get('/stats')).text()).toContain('<h2>Repositories</h2>')
  expect(await (await get('/metrics')).text()).toContain('repocast_repository_serial{repository="sly"} 2')
  expect((await get('/healthz')).status).toBe(200)
  expect((await get('/feed/../keys/root.pem')).status).toBe(404)
  expect((await get('/feed/%2e%2e/keys/root.pem')).status).toBe(404)
  expect((await get('/torrents/nonsense.torrent')).status).toBeGreaterThanOrEqual(400)
})
