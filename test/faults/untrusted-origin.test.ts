import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startAgent, startOrigin } from '../lab/deployment.ts'
import { assertSameTree, faultProxy, openLab, plainTree, repocast, treeFingerprint, tryRepocast } from '../lab/index.ts'
import { publishedTree } from '../lab/mirrored-tree.ts'
import { layWire } from '../lab/wire.ts'

test('whatever is changed on the way from the origin is refused, and what is served stays', async () => {
  await using lab = openLab('tampered')
  const {
    source,
    origin,
    link: direct,
  } = await publishedTree(lab, { seed: 1, files: 20, directories: 3, bytes: 10_000 })
  const proxy = await faultProxy(lab, origin.url)
  const link = direct.replace(origin.url, proxy.url)
  const mirror = lab.newDirectory('mirror')
  const run = ['agent', 'sync', link, join(mirror, 'served'), '--data', join(mirror, 'data'), '--json']
  await repocast(run)
  const before = await treeFingerprint(join(mirror, 'served'))
  await plainTree(source, { seed: 2, files: 25, directories: 3, bytes: 10_000 })
  const { serial, newPacks } = await origin.publish('tree', source)
  const paths: [string, RegExp][] = [
    ['/feed/timestamp.json', /REPOCAST_FEED_/],
    [`/feed/${serial + 1}.snapshot.json`, /REPOCAST_FEED_/],
    [`/feed/${serial + 1}.targets.json`, /REPOCAST_FEED_/],
    [`/torrents/${newPacks[0]}.torrent`, /REPOCAST_TORRENT_MISMATCH/],
  ]
  for (const [path, code] of paths) {
    proxy.faults.clear()
    proxy.faults.on(path, { kind: 'tamper' })
    const { exitCode, stderr } = await tryRepocast(run)
    expect(stderr, path).toMatch(code)
    expect(exitCode, path).toBe(5)
    expect(await treeFingerprint(join(mirror, 'served'))).toEqual(before)
  }
  proxy.faults.clear()
  await repocast(run)
  await assertSameTree(source, join(mirror, 'served'))
})

test('an older feed is refused by a mirror that has seen a newer one', async () => {
  await using lab = openLab('rollback')
  const { source, origin, link } = await publishedTree(lab, { seed: 1, files: 10, directories: 2, bytes: 1000 })
  const old = join(lab.directory, 'old-feed')
  cpSync(join(origin.data, 'feed'), old, { recursive: true })
  await plainTree(source, { seed: 2, files: 12, directories: 2, bytes: 1000 })
  await origin.publish('tree', source)
  const mirror = lab.newDirectory('mirror')
  const run = ['agent', 'sync', link, join(mirror, 'served'), '--data', join(mirror, 'data')]
  await repocast(run)
  rmSync(join(origin.data, 'feed'), { recursive: true })
  cpSync(old, join(origin.data, 'feed'), { recursive: true })
  const { exitCode, stderr } = await tryRepocast(run)
  expect(stderr).toContain('REPOCAST_FEED_ROLLED_BACK')
  expect(exitCode).toBe(5)
  await assertSameTree(source, join(mirror, 'served'))
})

test('the web seed finishes the job when there is no peer', async () => {
  await using lab = openLab('web-seed')
  const { hosts } = await layWire(lab)
  const source = lab.newDirectory('source')
  await plainTree(source, { seed: 1, files: 100, directories: 5, bytes: 50_000 })
  // The tracker tells of a peer at an address that this network has no way to.
  const origin = await startOrigin(lab, { host: hosts[0], peerAddress: '10.99.0.1' })
  await origin.publish('tree', source)
  const agent = await startAgent(lab, { tree: await origin.link('tree') }, { host: hosts[1] })
  await agent.waitForSerial('tree', 1)
  const { fromWebSeedBytes, downloadedBytes } = await agent.status()
  expect(fromWebSeedBytes).toBeGreaterThan(5_000_000)
  expect(fromWebSeedBytes).toBe(downloadedBytes)
  await assertSameTree(source, agent.servedPath('tree'))
})

test('the swarm finishes the job when the origin is gone after it has given one copy away', async () => {
  await using lab = openLab('origin-gone')
  const { source, origin, link } = await publishedTree(lab, { seed: 1, files: 40, directories: 3, bytes: 6_000_000 })
  const links = { tree: link }
  const first = await startAgent(lab, links, { name: 'first' })
  await first.waitForSerial('tree', 1)
  const second = await startAgent(lab, links, { name: 'second' })
  await expect
    .poll(async () => (await second.status()).fromMirrorsBytes + (await second.status()).fromOriginBytes, {
      timeout: 30_000,
      interval: 10,
    })
    .toBeGreaterThan(0)
  await origin.process.kill()
  await second.waitForSerial('tree', 1)
  await assertSameTree(source, second.servedPath('tree'))
  expect((await second.status()).fromMirrorsBytes).toBeGreaterThan(0)
})
