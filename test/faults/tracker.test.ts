import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { appendFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { freshLoopback, openLab, type Random, seededRandom } from '../lab/index.ts'
import { type StandaloneTracker, startStandaloneTracker } from '../lab/standalone-tracker.ts'

const infoHash = 'ab'.repeat(20)

/** Announces from 127.0.0.1, which may say that a peer is elsewhere. */
async function announce(tracker: StandaloneTracker, peer: number, fields: string, hash = infoHash): Promise<string> {
  const who = `peer_id=${String(peer).padStart(20, '0')}&port=6881&ip=10.1.${peer >> 8}.${peer & 255}`
  const target = `/announce?info_hash=${hash.replace(/../g, '%$&')}&${who}&compact=1&${fields}`
  return Buffer.from(await (await fetch(`${tracker.url}${target}`)).arrayBuffer()).toString('latin1')
}

const list = (lab: { newDirectory(name: string): string }) => {
  const path = join(lab.newDirectory('list'), 'torrents.txt')
  writeFileSync(path, `# what is tracked\n${infoHash} the first\n`)
  return path
}

test('a tracker that is killed knows its peers and totals when it is back', async () => {
  await using lab = openLab('killed-tracker')
  const tracker = await startStandaloneTracker(lab, { torrents: list(lab) })
  for (let peer = 0; peer < 300; peer += 1) await announce(tracker, peer, `left=${peer < 100 ? 0 : 9}&event=started`)
  for (let peer = 100; peer < 110; peer += 1) {
    await announce(tracker, peer, 'left=0&uploaded=5&downloaded=9&event=completed')
  }
  // Batches are written every five seconds.
  const { totals } = await tracker.statistics()
  expect(totals).toMatchObject({ torrents: 1, swarms: 1, peers: 300, seeders: 110, partialSeeds: 0, leechers: 190 })
  await expect.poll(() => keptRecords(tracker), { timeout: 30_000, interval: 500 }).toBe('190 of 300 completed 10')
  await tracker.process.kill()
  await tracker.restart()
  const after = await tracker.statistics()
  expect(after.totals).toEqual(totals)
  expect(after.swarms).toEqual([
    {
      infoHash,
      name: 'the first',
      seeders: 110,
      partialSeeds: 0,
      leechers: 190,
      completed: 10,
      uploadedBytes: 50,
      downloadedBytes: 90,
    },
  ])
  expect(await announce(tracker, 500, 'left=0&numwant=200')).toContain(`5:peers${190 * 6}:`)

  // In the middle of whatever: the file is never damaged, and what it has is whole.
  for (let round = 0; round < 5; round += 1) {
    const announces = Array.from({ length: 200 }, (_, k) =>
      announce(tracker, 1000 + round * 200 + k, 'left=1').catch(() => ''),
    )
    await announces[20 + round * 40]
    await tracker.process.kill()
    await Promise.all(announces)
    await tracker.restart()
    expect((await tracker.statistics()).totals.peers).toBeGreaterThanOrEqual(300)
  }
  expect(await tracker.process.stop()).toEqual({ code: 0 })
})

/** What another process sees in the tracker's database. */
function keptRecords({ data }: StandaloneTracker): string | undefined {
  const database = new DatabaseSync(join(data, 'tracker.sqlite'), { readOnly: true })
  try {
    const row = database
      .prepare(
        "SELECT leechers || ' of ' || (length(records) / 27) || ' completed ' || completed AS kept FROM peers JOIN totals USING (info_hash)",
      )
      .get()
    return typeof row?.kept === 'string' ? row.kept : undefined
  } finally {
    database.close()
  }
}

test('a list that grows is seen, and one that is spoilt changes nothing', async () => {
  await using lab = openLab('tracker-list')
  const path = list(lab)
  const tracker = await startStandaloneTracker(lab, { torrents: path })
  const other = 'cd'.repeat(20)
  expect(await announce(tracker, 1, 'left=0', other)).toContain('does not track')
  appendFileSync(path, `${other.toUpperCase()}\n`)
  await expect.poll(async () => await announce(tracker, 1, 'left=0', other), { timeout: 20_000 }).toContain('5:peers')
  appendFileSync(path, 'what is this\n')
  await tracker.process.waitForOutput(/torrents\.txt:4: \\"what\\" is no info-hash/)
  expect((await tracker.statistics()).totals.torrents).toBe(2)
})

test('a flood and noise over HTTP and UDP neither end a tracker nor keep others from it', async () => {
  await using lab = openLab('tracker-flood')
  const tracker = await startStandaloneTracker(lab, {
    torrents: list(lab),
    limits: { 'request-burst': 500, 'requests-per-second': 20 },
  })
  const random = seededRandom(7)
  const before = tracker.process.usage().peakBytes
  let answered = 0
  let isOver = false
  const others = (async () => {
    // Somebody else asks all the while, from an address of their own.
    const local = freshLoopback()
    for (; !isOver; answered += 1) {
      await askFrom(tracker, local, '/announce')
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  })()
  await Promise.all([floodUdp(tracker, random), floodHttp(tracker, random)])
  isOver = true
  await others
  expect(answered).toBeGreaterThan(5)
  // statistics are up to a second old, and the flood has asked for them
  const limited = async () => (await tracker.statistics()).requests.limited
  await expect.poll(limited, { timeout: 20_000 }).toBeGreaterThan(100)
  const { totals } = await tracker.statistics()
  expect(totals.peers).toBeLessThanOrEqual(2 * 64 + 1)
  expect(tracker.process.usage().peakBytes - before).toBeLessThan(150_000_000)
  expect(tracker.process.exit).toBeUndefined()
  expect(tracker.process.log()).not.toContain('could not be answered')
})

/** One request from an address of this host. @throws Error when it is not answered */
async function askFrom(tracker: StandaloneTracker, localAddress: string, path: string): Promise<string> {
  const query = `info_hash=${infoHash.replace(/../g, '%$&')}&peer_id=${'y'.repeat(20)}&port=7777&left=0&compact=1`
  const socket = connect({ port: Number(new URL(tracker.url).port), host: '127.0.0.1', localAddress })
  socket.write(`GET ${path}?${query} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
  let answer = ''
  for await (const chunk of socket) answer += chunk.toString('latin1')
  if (!answer.includes('8:interval')) throw new Error(`an announce was not answered: ${answer}`)
  return answer
}

const noise = (random: Random, most: number) =>
  Buffer.from(Array.from({ length: Math.floor(random.next() * most) }, () => Math.floor(random.next() * 256)))

async function floodUdp(tracker: StandaloneTracker, random: Random): Promise<void> {
  const socket = createSocket('udp4')
  socket.bind(0, freshLoopback())
  await once(socket, 'listening')
  const send = (packet: Buffer) => new Promise(resolve => socket.send(packet, tracker.udpPort, '127.0.0.1', resolve))
  const connectPacket = Buffer.alloc(16)
  connectPacket.writeBigUInt64BE(0x41727101980n)
  const answered = once(socket, 'message')
  await send(connectPacket)
  const [answer] = (await answered) as [Buffer]
  for (let k = 0; k < 20_000; k += 1) {
    const packet = Buffer.concat([noise(random, 40), Buffer.alloc(98)])
    if (k % 2 === 0) {
      // A right connection id, and a body that is noise in places.
      answer.copy(packet, 0, 8, 16)
      packet.writeUInt32BE(k % 3, 8)
      Buffer.from(infoHash, 'hex').copy(packet, 16)
      packet.writeUInt16BE(k & 65_535, 96)
    }
    await send(packet.subarray(0, Math.floor(random.next() * 140)))
  }
  socket.close()
}

async function floodHttp(tracker: StandaloneTracker, random: Random): Promise<void> {
  const localAddress = freshLoopback()
  const port = Number(new URL(tracker.url).port)
  for (let k = 0; k < 300; k += 1) {
    const socket = connect({ port, host: '127.0.0.1', localAddress })
    socket.on('error', () => {})
    const requests = Array.from({ length: 20 }, (_, n) => {
      const query = `info_hash=${infoHash.replace(/../g, '%$&')}&peer_id=${'z'.repeat(20)}&port=${(k * 20 + n) % 70_000}`
      const path = ['/announce', '/scrape', '/ann%6funce', '/announce/..', '/stats.json?'][n % 5]
      return `GET ${path}?${query}&left=${noise(random, 9).toString('hex')} HTTP/1.1\r\nhost: x\r\n\r\n`
    })
    socket.write(requests.join(''))
    socket.end(k % 3 === 0 ? noise(random, 2000) : 'GET / HTTP/1.1\r\nconnection: close\r\n\r\n')
    socket.resume()
    await new Promise(resolve => socket.once('close', resolve))
  }
}
