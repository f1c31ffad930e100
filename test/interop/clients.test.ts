import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type LabOrigin, type PublishedSnapshot, startOrigin } from '../lab/deployment.ts'
import {
  aria2,
  changePlainTree,
  freePort,
  type Lab,
  libtorrent,
  openLab,
  plainTree,
  runCommand,
  type TorrentClient,
} from '../lab/index.ts'

// Without transmission: it takes no peer in 127.0.0.0/8 from a tracker, and the origin of a test is nowhere else.

test('ordinary BitTorrent clients download what an origin publishes, by its tracker over HTTP and over UDP', async () => {
  await using lab = openLab('clients')
  const udpPort = await freePort()
  const origin = await startOrigin(lab, { udpPort })
  const trackers = [`${origin.url}/announce`, `udp://127.0.0.1:${udpPort}`]
  const source = lab.newDirectory('source')
  plainTree(source, { files: 60, bytes: [1, 200_000] })
  await origin.publish('tree', source)
  changePlainTree(source, { seed: 2, add: 10 })
  const { packs } = await origin.publish('tree', source)
  expect(packs).toHaveLength(2)

  const downloads = [aria2, libtorrent].flatMap(client =>
    trackers.map(async tracker => {
      const target = await downloadAll(lab, { client, origin, packs, trackers, tracker })
      await assertSameFiles(source, target)
    }),
  )
  await Promise.all(downloads)
})

test('a client that wants everything encrypted downloads from an origin as it is configured by default', async () => {
  await using lab = openLab('encrypted')
  const origin = await startOrigin(lab)
  const source = lab.newDirectory('source')
  plainTree(source, { files: 40, bytes: [1, 200_000] })
  const { packs } = await origin.publish('tree', source)
  const tracker = `${origin.url}/announce`
  const scenario = { client: aria2, origin, packs, trackers: [tracker], tracker, mustEncrypt: true }
  await assertSameFiles(source, await downloadAll(lab, scenario))
})

test('a client that knows no tracker finds an origin, and is found, by the DHT', async () => {
  await using lab = openLab('dht')
  const port = await freePort()
  const origin = await startOrigin(lab, { settings: { dht: true, 'dht-port': port } })
  const source = lab.newDirectory('source')
  plainTree(source, { files: 40, bytes: [1, 200_000] })
  const { packs } = await origin.publish('tree', source)
  const scenario = { client: aria2, origin, packs, trackers: [], tracker: undefined, dhtNode: `127.0.0.1:${port}` }
  await assertSameFiles(source, await downloadAll(lab, scenario))
  expect(await (await fetch(`${origin.url}/metrics`)).text()).toMatch(/^repocast_origin_dht_nodes [1-9]/m)
})

interface Scenario {
  readonly client: TorrentClient
  readonly origin: LabOrigin
  readonly packs: PublishedSnapshot['packs']
  /** All that a .torrent names. */
  readonly trackers: readonly string[]
  /** The only one that the client is to know; undefined: none. */
  readonly tracker: string | undefined
  /** Where it begins in the DHT. */
  readonly dhtNode?: string
  readonly mustEncrypt?: boolean
}

/** Downloads every torrent of a snapshot; the directory that comes back has the files of all of them. */
async function downloadAll(
  lab: Lab,
  { client, origin, packs, trackers, tracker, mustEncrypt, dhtNode }: Scenario,
): Promise<string> {
  const [directory, together] = [lab.newDirectory(client.name), lab.newDirectory('together')]
  for (const { infoHash } of packs) {
    const response = await fetch(`${origin.url}/torrents/${infoHash}.torrent`)
    expect(response.status).toBe(200)
    const published = Buffer.from(await response.arrayBuffer()).toString('latin1')
    for (const named of trackers) expect(published).toContain(`${named.length}:${named}`)
    const torrent = join(directory, `${infoHash}.torrent`)
    await writeFile(torrent, withTracker(published, tracker), 'latin1')
    const target = join(directory, infoHash)
    const settings = { ...(mustEncrypt && { mustEncrypt }), ...(dhtNode !== undefined && { dhtNode }) }
    await client.download(lab, { torrent, directory: target, timeoutSeconds: 45, ...settings })
    // Below the name of the torrent, which is for the client's user only.
    await runCommand('sh', ['-c', 'cp -r "$0"/*/. "$1"', target, together])
  }
  return together
}

/** The same torrent, with the same info-hash and this tracker at most: what names trackers stands in front of the rest. */
function withTracker(torrent: string, tracker: string | undefined): string {
  const rest = torrent.slice(torrent.indexOf('10:created by'))
  return tracker === undefined ? `d${rest}` : `d8:announce${tracker.length}:${tracker}${rest}`
}

/** Compares files byte for byte, besides what repocast keeps of directories. */
async function assertSameFiles(source: string, target: string): Promise<void> {
  await runCommand('diff', ['-r', '--exclude=.repocast', source, target])
}
