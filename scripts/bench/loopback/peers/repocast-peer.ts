// Swarm and store of one process, without daemon and feed:
//   repocast-peer.ts make DATA SOURCE PIECE_BYTES   prints the info-hash of the pack; the torrent lies in DATA/bench.torrent
//   repocast-peer.ts seed DATA TORRENT PORT         says `ready`
//   repocast-peer.ts leech DATA TORRENT PEER        says `ready`, begins with a line of input, says `held`, `durable`
import { createReadStream } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { silentLogger } from '@repocast/errors'
import { HashPool } from '@repocast/files'
import { parseObjectId } from '@repocast/objects'
import { makeTorrent, type PackEntry } from '@repocast/packs'
import { openStore } from '@repocast/store'
import { createSwarm } from '@repocast/swarm'

// leaves a profile behind where --cpu-prof was given
process.on('SIGTERM', () => process.exit())

const [command, directory = '', ...rest] = process.argv.slice(2)
await mkdir(directory, { recursive: true })
const hashPool = new HashPool()
const store = await openStore({ directory, logger: silentLogger, hashPool })

async function make(source: string, pieceLength: number): Promise<void> {
  const ingest = store.ingest()
  const entries: PackEntry[] = []
  for (const name of (await readdir(source)).sort()) {
    const path = join(source, name)
    const { digest, after } = await hashPool.sha256File(path)
    const [id, bytes] = [parseObjectId(digest), Number(after.size)]
    ingest.stage(id, bytes, await ingest.take(Buffer.from(path), 'hardlink'))
    entries.push({ kind: 'blob', id, size: bytes, path: name })
  }
  await ingest.commit()
  const bytes = entries.reduce((sum, { size }) => sum + size, 0)
  const plan = { entries, bytes, pieceLength }
  const read = (entry: PackEntry) => createReadStream(store.layout.object(entry.id), { highWaterMark: 1024 * 1024 })
  const { torrent } = await makeTorrent(plan, { name: 'bench', announce: [], read })
  await store.packs.add(torrent)
  await writeFile(join(directory, 'bench.torrent'), torrent)
}

async function share(torrent: string, peerPort: number) {
  const { infoHash } = await store.packs.add(await readFile(torrent))
  const swarm = await createSwarm({
    peerPort,
    bindAddress: '127.0.0.1',
    maxConnections: 50,
    role: command === 'seed' ? 'origin' : 'agent',
    logger: silentLogger,
  })
  const storage = await store.openPack(infoHash)
  return swarm.add({ pack: storage.pack, storage, trackers: [] })
}

if (command === 'make') {
  const [source = '', pieceBytes = ''] = rest
  await make(source, Number(pieceBytes))
  await hashPool.close()
  await store.close()
} else if (command === 'seed') {
  const [torrent = '', port = ''] = rest
  await share(torrent, Number(port))
  console.log('ready')
} else {
  const [torrent = '', peer = ''] = rest
  const pack = await share(torrent, 0)
  console.log('ready')
  for await (const _line of createInterface({ input: process.stdin })) break
  const pieces = Array.from({ length: (await store.openPack(pack.infoHash)).pack.pieceCount }, (_, piece) => piece)
  pack.want(pieces)
  await pack.addPeer(peer)
  await pack.done(pieces)
  console.log('held')
  await (await store.openPack(pack.infoHash)).flush()
  console.log('durable')
}
