import { appendFileSync, lstatSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startOrigin } from '../lab/deployment.ts'
import {
  assertSameTree,
  changePlainTree,
  openLab,
  plainTree,
  repocast,
  runCommand,
  startRepocast,
  treeFingerprint,
  tryRepocast,
} from '../lab/index.ts'
import { checkout } from '../lab/paths.ts'
import { layWire } from '../lab/wire.ts'

const program = `${checkout}/node_modules/.bin/repocast`

/** Metadata of the feed, record, .torrent, announces, reports, and the trees. */
const feedBytes = 250_000

interface Adopted {
  readonly files: number
  readonly linked: number
  readonly copied: number
  readonly serial: number
  readonly movedTo?: string
  readonly downloadedBytes: number
}

function lastLine(output: string): Adopted {
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Adopted
}

/** What rsync -a makes of a tree. */
async function rsync(from: string, to: string): Promise<void> {
  await runCommand('cp', ['-a', `${from}/.`, to])
}

test('an old mirror is adopted: only what differs crosses the wire, and the old files stay as they are', async () => {
  await using lab = openLab('adopt')
  const { hosts, receivedBytes } = await layWire(lab)
  const source = lab.newDirectory('source')
  await plainTree(source, { seed: 4, files: 600, directories: 20, bytes: 40_000, nasty: 'all' })
  const old = lab.newDirectory('old')
  await rsync(source, old)
  const { newBytes } = await changePlainTree(source, {
    seed: 5,
    add: 15,
    change: 15,
    remove: 10,
    rename: 10,
    bytes: 40_000,
  })
  // what nobody needs is of no harm
  writeFileSync(join(old, 'only-here.bin'), Buffer.alloc(300_000, 'x'))
  const before = await treeFingerprint(old)
  const origin = await startOrigin(lab, { host: hosts[0] })
  await origin.publish('tree', source)
  const link = await origin.link('tree')

  const mirror = lab.newDirectory('mirror')
  const [served, data] = [join(mirror, 'served'), join(mirror, 'data')]
  const start = await receivedBytes()
  const [command = '', ...through] = hosts[1].through
  const adopt = ['agent', 'adopt', old, link, '--serve', served, '--data', data, '--json']
  const result = lastLine((await runCommand(command, [...through, program, ...adopt])).stdout)
  const moved = (await receivedBytes()) - start
  await assertSameTree(source, served)
  expect(await treeFingerprint(old)).toBe(before)
  expect(result).toMatchObject({ serial: 1, copied: 0 })
  expect(result.linked).toBeGreaterThan(500)
  // pieces at the edges of what differs come whole
  expect(moved).toBeLessThan(newBytes + 30 * 256 * 1024 + feedBytes)
  expect(moved).toBeLessThan(0.4 * 600 * 40_000)

  // the files are the same, so that no space is needed; what is served later does not change them
  const { stdout } = await runCommand('find', ['-H', served, '-type', 'f', '-samefile', join(old, 'only-here.bin')])
  expect(stdout).toBe('')
  await changePlainTree(source, { seed: 6, change: 40, remove: 20 })
  await origin.publish('tree', source)
  await runCommand(command, [...through, program, 'agent', 'sync', link, served, '--data', data])
  await assertSameTree(source, served)
  expect(await treeFingerprint(old)).toBe(before)
})

test('with --replace the link takes the place of the directory, and a kill on the way is no harm', async () => {
  await using lab = openLab('adopt-replace')
  const source = lab.newDirectory('source')
  await plainTree(source, { seed: 7, files: 150, directories: 10, bytes: 60_000, nasty: 'all' })
  const www = lab.newDirectory('www')
  const old = join(www, 'tree')
  await runCommand('cp', ['-a', source, old])
  appendFileSync(join(source, 'news.txt'), 'news')
  const origin = await startOrigin(lab)
  await origin.publish('tree', source)
  const link = await origin.link('tree')
  const data = lab.newDirectory('data')
  const before = await treeFingerprint(old)

  const refused = await tryRepocast(['agent', 'adopt', old, link, '--data', data])
  expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--replace') })
  const adopt = ['agent', 'adopt', old, link, '--replace', '--data', data, '--json']
  const killed = await startRepocast(lab, adopt, { name: 'killed', ready: /"step":"hashing","done":[1-9]/ })
  await killed.kill()
  const result = lastLine((await repocast(adopt)).stdout)
  expect(result).toMatchObject({ serial: 1, movedTo: `${old}.before-repocast` })
  expect(lstatSync(old).isSymbolicLink()).toBe(true)
  await assertSameTree(source, old)
  expect(await treeFingerprint(`${old}.before-repocast`)).toBe(before)
  // once more changes nothing
  expect(lastLine((await repocast(adopt)).stdout)).toMatchObject({ linked: 0, downloadedBytes: 0 })
  await assertSameTree(source, old)
  rmSync(`${old}.before-repocast`, { recursive: true, force: true })
  const updated = await repocast(['agent', 'sync', link, old, '--data', data, '--json'])
  expect(updated.stdout).toContain('"swapped":false')
  await assertSameTree(source, old)
})

test('a directory on another filesystem is copied', async () => {
  await using lab = openLab('adopt-copy')
  const source = lab.newDirectory('source')
  await plainTree(source, { seed: 9, files: 40, directories: 4, bytes: 30_000 })
  const old = lab.newDirectory('old')
  await runCommand('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'repocast-test', old])
  lab.onClose(async () => await runCommand('umount', [old]))
  await rsync(source, old)
  const origin = await startOrigin(lab)
  await origin.publish('tree', source)
  const data = lab.newDirectory('data')
  const served = join(lab.directory, 'served')
  const adopt = ['agent', 'adopt', old, await origin.link('tree'), '--serve', served, '--data', data, '--json']
  const result = lastLine((await repocast(adopt)).stdout)
  expect(result).toMatchObject({ linked: 0 })
  expect(result.copied).toBeGreaterThan(35)
  // trees only
  expect(result.downloadedBytes).toBeLessThan(300_000)
  await assertSameTree(source, served)
})
