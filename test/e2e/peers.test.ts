import { expect, test } from 'vitest'
import { startAgent, startOrigin } from '../lab/deployment.ts'
import { assertSameTree, changePlainTree, openLab, plainTree } from '../lab/index.ts'

test('a private repository reaches mirrors; who blocks all peers has it from the web seed, until the configuration is read again', async () => {
  await using lab = openLab('peers')
  const source = lab.newDirectory('source')
  await plainTree(source, { seed: 1, files: 30, directories: 3, bytes: 60_000 })
  const origin = await startOrigin(lab, { repositories: { tree: { private: true } }, settings: { dht: true } })
  const { packs } = await origin.publish('tree', source)
  const torrent = async (infoHash: string | undefined) =>
    Buffer.from(await (await fetch(`${origin.url}/torrents/${infoHash}.torrent`)).arrayBuffer()).toString('latin1')
  expect(await torrent(packs[0]?.infoHash)).toContain('7:privatei1e')
  const links = { tree: await origin.link('tree') }
  const first = await startAgent(lab, links, { name: 'first', settings: { dht: true } })
  await first.waitForSerial('tree', 1)

  // The origin tells where it is with the feed, and so is the first node of a DHT.
  await first.process.waitUntil('a node of the DHT', async () => (await first.status()).dhtNodes === 1, 30)

  // The second one meets nobody: what it gets, it gets from the web seed.
  const second = await startAgent(lab, links, { name: 'second', settings: { 'peer-block': ['127.0.0.0/8'] } })
  await second.waitForSerial('tree', 1)
  expect(await second.status()).toMatchObject({ fromMirrorsBytes: 0, fromOriginBytes: 0 })
  expect((await second.status()).fromWebSeedBytes).toBeGreaterThan(0)

  const peers = [`localhost:${first.peerPort}`]
  second.configure({ peers, 'peer-allow': ['127.0.0.1'], 'peer-block': [] })
  second.process.signal('SIGHUP')
  await second.process.waitForOutput(/the configuration was read again/)
  await changePlainTree(source, { seed: 2, add: 20 })
  await origin.publish('tree', source)
  await Promise.all([first.waitForSerial('tree', 2), second.waitForSerial('tree', 2)])
  await assertSameTree(source, second.servedPath('tree'))
  const { fromMirrorsBytes, fromOriginBytes } = await second.status()
  expect(fromMirrorsBytes + fromOriginBytes).toBeGreaterThan(0)
})

test('who has a bind-address is seen there by tracker, origin and peers', async () => {
  await using lab = openLab('bind')
  const source = lab.newDirectory('source')
  await plainTree(source, { seed: 1, files: 10, directories: 2 })
  const origin = await startOrigin(lab, { peerAddress: '127.0.0.8', settings: { 'bind-address': '127.0.0.8' } })
  const { packs } = await origin.publish('tree', source)
  const links = { tree: await origin.link('tree') }
  const agent = await startAgent(lab, links, { settings: { 'bind-address': '127.0.0.9' } })
  await agent.waitForSerial('tree', 1)
  expect((await agent.status()).fromOriginBytes).toBeGreaterThan(0)

  const hash = (packs[0]?.infoHash ?? '').replace(/../g, '%$&')
  const query = `info_hash=${hash}&peer_id=-XX0001-123456789012&port=7&uploaded=0&downloaded=0&left=1&compact=1`
  const announce = async () => Buffer.from(await (await fetch(`${origin.url}/announce?${query}`)).arrayBuffer())
  const place = Buffer.from([127, 0, 0, 9, agent.peerPort >> 8, agent.peerPort & 0xff])
  await expect.poll(async () => (await announce()).includes(place)).toBe(true)
  const addresses = async () => {
    const { mirrors } = (await (await fetch(`${origin.url}/stats.json`)).json()) as { mirrors: { address: string }[] }
    return mirrors.map(({ address }) => address)
  }
  await expect.poll(addresses, { timeout: 20_000 }).toEqual(['127.0.0.9'])
})
