import { once } from 'node:events'
import { copyFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Client } from 'bittorrent-tracker'
import { describe, expect, it } from 'vitest'
import {
  type Lab,
  makeLabTorrent,
  openLab,
  plainTree,
  runCommand,
  type TorrentClient,
  torrentClients,
  tryCommand,
} from '../lab/index.ts'
import { type StandaloneTracker, startStandaloneTracker } from '../lab/standalone-tracker.ts'

describe('a tracker that runs alone', () => {
  it.each(['HTTP', 'UDP'] as const)(
    'clients find each other over %s, for torrents put into its directory',
    async protocol => {
      await using lab = openLab('tracker')
      const tracker = await startStandaloneTracker(lab, { 'interval-seconds': 30 })
      // A ring: each of them seeds to the next one.
      await Promise.all(
        torrentClients.map((leecher, k) =>
          transfer(lab, tracker, torrentClients.at(k - 1) ?? leecher, leecher, protocol),
        ),
      )
      const { totals, requests } = await tracker.statistics()
      expect(totals.torrents).toBe(torrentClients.length)
      expect(requests[protocol === 'HTTP' ? 'http' : 'udp']).toBeGreaterThanOrEqual(2 * torrentClients.length)
    },
  )

  it('forgets a torrent whose file is taken away, and refuses those that it was never told of', async () => {
    await using lab = openLab('tracker')
    const tracker = await startStandaloneTracker(lab)
    const { file, infoHash } = await listedTorrent(lab, tracker, 'listed')
    const binary = infoHash.replace(/../g, '%$&')
    const announce = async (hash: string) =>
      await (await fetch(`${tracker.url}/announce?info_hash=${hash}&peer_id=${'x'.repeat(20)}&port=1&compact=1`)).text()
    expect(await announce(binary)).toContain('5:peers0:')
    expect(await announce('z'.repeat(20))).toContain('does not track')
    await rm(file)
    await expect.poll(async () => (await tracker.statistics()).totals.torrents, { timeout: 20_000 }).toBe(0)
    expect(await announce(binary)).toContain('does not track')
  })

  it("webtorrent's clients find each other over WebSocket, and exchange what WebRTC needs", async () => {
    await using lab = openLab('tracker')
    const tracker = await startStandaloneTracker(lab, { 'interval-seconds': 30 })
    const { infoHash } = await listedTorrent(lab, tracker, 'web')
    const rtcConfig = { iceServers: [] } // nobody outside is asked
    const clients = ['a', 'b'].map(
      name =>
        new Client({
          infoHash,
          peerId: Buffer.from(name.repeat(20)),
          announce: [tracker.announce.WebSocket.replace('127.0.0.1', name === 'a' ? '127.0.0.1' : 'localhost')],
          port: 6881,
          rtcConfig,
        }),
    )
    const [first, second] = clients
    if (!first || !second) return expect.unreachable()
    lab.onClose(() => clients.map(client => client.destroy()))
    for (const client of clients) client.on('error', () => {})
    const heard = once(first, 'update')
    first.start({ left: 0 })
    expect((await heard)[0]).toMatchObject({ complete: 1, incomplete: 0 })
    // Who gets an offer hears of a peer, and so does who gets the answer.
    const peers = Promise.all(clients.map(client => once(client, 'peer')))
    second.start({ left: 100 })
    for (const [peer] of await peers) peer.destroy()
    expect((await tracker.statistics()).totals.webConnections).toBe(2)
  })
})

/** A torrent of a small tree that the tracker has been told of. */
async function listedTorrent(lab: Lab, tracker: StandaloneTracker, name: string) {
  const source = lab.newDirectory('source')
  plainTree(join(source, name), { files: 20, bytes: [1, 200_000], seed: name.length })
  const { stdout } = await runCommand('find', [name, '-type', 'f', '-printf', '%P\n'], { cwd: source })
  const files = stdout.trim().split('\n').sort()
  const { HTTP, UDP } = tracker.announce
  const make = async (announce: string) =>
    await makeLabTorrent(lab, { directory: join(source, name), files, name, announce: [announce] })
  const torrents = { HTTP: await make(HTTP), UDP: await make(UDP) }
  const file = join(tracker.torrents, basename(torrents.HTTP))
  const { torrents: listed } = (await tracker.statistics()).totals
  await copyFile(torrents.HTTP, file)
  await expect
    .poll(async () => (await tracker.statistics()).totals.torrents, { timeout: 20_000 })
    .toBeGreaterThan(listed)
  return { source, torrents, file, infoHash: await infoHashOf(torrents.HTTP) }
}

async function infoHashOf(torrent: string): Promise<string> {
  const { stdout } = await runCommand('aria2c', ['--show-files', torrent])
  return /Info Hash: ([0-9a-f]{40})/.exec(stdout)?.[1] ?? ''
}

async function transfer(
  lab: Lab,
  tracker: StandaloneTracker,
  seeder: TorrentClient,
  leecher: TorrentClient,
  protocol: 'HTTP' | 'UDP',
): Promise<void> {
  const name = `${seeder.name}-to-${leecher.name}`
  const { source, torrents } = await listedTorrent(lab, tracker, name)
  const target = lab.newDirectory('target')
  const seed = await seeder.download(lab, { torrent: torrents[protocol], directory: source, seed: true })
  await leecher.download(lab, { torrent: torrents[protocol], directory: target })
  await seed.stop()
  expect((await tryCommand('diff', ['-r', join(source, name), join(target, name)])).stdout).toBe('')
}
