import { cpSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type LabAgent, type LabOrigin, startAgent, startOrigin } from '../lab/deployment.ts'
import {
  assertSameTree,
  faultProxy,
  forwardProxy,
  freePort,
  type Lab,
  openLab,
  plainTree,
  repocast,
  serveDirectory,
  tryRepocast,
} from '../lab/index.ts'

interface Setting {
  readonly source: string
  readonly origin: LabOrigin
  /** Publishes other content. */
  publish(): Promise<number>
}

async function publishedTree(lab: Lab): Promise<Setting> {
  const source = lab.newDirectory('source')
  const origin = await startOrigin(lab)
  let seed = 0
  const publish = async (): Promise<number> => {
    seed += 1
    await plainTree(source, { seed, files: 20 + seed, directories: 3, bytes: 10_000 })
    return (await origin.publish('tree', source)).serial
  }
  await publish()
  return { source, origin, publish }
}

/** What `repocast agent link` prints. */
async function linkOf({ data }: LabAgent, ...options: readonly string[]): Promise<string> {
  return (await repocast(['agent', 'link', 'tree', '--data', data, ...options])).stdout.trim()
}

/** Another way to the feed of a link. */
const withAddresses = (link: string, ...urls: readonly string[]): string =>
  link.replace(/^repocast\+.*#\d:/, `repocast+${urls.join(',')}#2:`)

async function feedsOf({ url }: LabAgent): Promise<string[]> {
  const response = await fetch(`${url}/status.json`)
  const { repositories } = (await response.json()) as { repositories: { feeds: { state: string }[] }[] }
  return repositories[0]?.feeds.map(({ state }) => state) ?? []
}

test('origin and tracker gone: who knows a mirror, or a mirror of a mirror, gets the last snapshot', async () => {
  await using lab = openLab('cascade')
  const { source, origin, publish } = await publishedTree(lab)
  const first = await startAgent(lab, { tree: await origin.link('tree') }, { name: 'first' })
  // it asks once an hour: only the events of the first mirror can tell it of what is new
  const settings = { 'poll-interval': '1h' }
  const second = await startAgent(lab, { tree: await linkOf(first) }, { name: 'second', settings })
  await second.waitForSerial('tree', 1)
  await publish()
  await second.waitForSerial('tree', 2)
  await first.waitForSerial('tree', 2)
  await origin.process.kill()
  const third = await startAgent(lab, { tree: await linkOf(second) }, { name: 'third' })
  await third.waitForSerial('tree', 2)
  await assertSameTree(source, third.servedPath('tree'))
  await second.process.kill()
  const link = await linkOf(third, '--upstream')
  expect(link.split('#')[0]).toBe(`repocast+${third.url}/feed/tree/,${second.url}/feed/tree/`)
  const mirror = lab.newDirectory('mirror')
  await repocast(['agent', 'sync', link, join(mirror, 'served'), '--data', join(mirror, 'data')])
  await assertSameTree(source, join(mirror, 'served'))
})

test('a mirror that gives an old or an altered feed on is not believed, and the other address is taken', async () => {
  await using lab = openLab('liar')
  const { source, origin, publish } = await publishedTree(lab)
  const link = await origin.link('tree')
  const old = lab.newDirectory('old')
  cpSync(join(origin.data, 'feed'), join(old, 'feed'), { recursive: true })
  await publish()
  const liar = await serveDirectory(lab, old)
  const altered = await faultProxy(lab, origin.url)
  altered.faults.on('/feed/timestamp.json', { kind: 'tamper' })
  altered.faults.on(/^\/torrents\//, { kind: 'tamper' })
  const honest = `${origin.url}/feed/`
  const lies = [`${liar.url}/feed/`, `${altered.url}/feed/`]
  const agent = await startAgent(lab, { tree: withAddresses(link, ...lies, honest) })
  await agent.waitForSerial('tree', 2)
  await assertSameTree(source, agent.servedPath('tree'))
  expect(await feedsOf(agent)).toEqual(['behind', 'failing', 'good'])
  expect(agent.process.log()).toMatch(/an address of the feed fails, others do not/)
  await origin.process.kill()
  const { error, serial } = await agent.waitFor('tree', ({ state }) => state === 'failed')
  expect(error?.message).toMatch(/has timestamp 2, and 3 was seen before/)
  expect(serial).toBe(2)
  await agent.process.stop()
  const sync = ['agent', 'sync', withAddresses(link, ...lies), agent.servedPath('tree'), '--data', agent.data]
  const { exitCode, stderr } = await tryRepocast(sync)
  expect(stderr).toContain('REPOCAST_FEED_ROLLED_BACK')
  expect(exitCode).toBe(5)
  await assertSameTree(source, agent.servedPath('tree'))
})

test('a dead address and one that takes connections and never answers do not keep from the third', async () => {
  await using lab = openLab('half-open')
  const { source, origin } = await publishedTree(lab)
  const port = await freePort()
  const held = new Set<Socket>()
  const halfOpen = createServer(socket => held.add(socket)).listen(port, '127.0.0.1')
  lab.onClose(() => {
    halfOpen.close()
    for (const socket of held) socket.destroy()
  })
  const urls = [`http://127.0.0.1:${await freePort()}/feed/`, `http://127.0.0.1:${port}/feed/`, `${origin.url}/feed/`]
  const link = await origin.link('tree')
  const agent = await startAgent(lab, { tree: withAddresses(link, ...urls) })
  await agent.waitForSerial('tree', 1)
  await assertSameTree(source, agent.servedPath('tree'))
  expect(await feedsOf(agent)).toEqual(['failing', 'failing', 'good'])
})

test('a host that reaches the origin by a proxy only follows it, by setting or environment', async () => {
  await using lab = openLab('proxy')
  const { source, origin } = await publishedTree(lab)
  const proxy = await forwardProxy(lab)
  // a name that nobody but the proxy knows
  const hidden = origin.url.replace('127.0.0.1', 'origin.invalid')
  const link = (await origin.link('tree')).replace(origin.url, hidden)
  const agent = await startAgent(lab, { tree: link }, { settings: { proxy: proxy.url } })
  await agent.waitForSerial('tree', 1)
  await assertSameTree(source, agent.servedPath('tree'))
  await expect.poll(() => proxy.seen, { timeout: 20_000 }).toContain(`POST ${hidden}/reports`)
  expect(proxy.seen).toContain(`GET ${hidden}/feed/timestamp.json`)
  expect(proxy.seen).toContain(`GET ${hidden}/events`)
  expect(proxy.seen.filter(one => one.includes('announce'))).toEqual([])
  const mirror = lab.newDirectory('mirror')
  const sync = ['agent', 'sync', link, join(mirror, 'served'), '--data', join(mirror, 'data')]
  expect((await tryRepocast(sync)).stderr).toContain('REPOCAST_FEED_UNREACHABLE')
  expect((await tryRepocast(sync, { env: { HTTP_PROXY: 'socks5://127.0.0.1:1' } })).stderr).toContain('proxy')
  await repocast(sync, { env: { HTTP_PROXY: proxy.url } })
  await assertSameTree(source, join(mirror, 'served'))
})
