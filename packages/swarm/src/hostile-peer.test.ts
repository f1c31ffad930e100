import { once } from 'node:events'
import type { Pack } from '@repocast/packs'
import { afterEach, describe, expect, test } from 'vitest'
import { addressOf, allPieces, Loopback, noisePack, until } from './loopback.ts'
import { MemoryStorage } from './memory-storage.ts'
import { RawPeer } from './raw-peer.ts'
import type { Swarm } from './swarm.ts'

const [unchoke, interested, have, bitfield, request, piece, haveAll, reject, extended] = [1, 2, 4, 5, 6, 7, 14, 16, 20]

const metadataRequest = 'd8:msg_typei0e5:piecei0ee'

const loopback = new Loopback()
afterEach(() => loopback.close())

async function originOf(pieces: number): Promise<{ pack: Pack; content: Buffer; origin: Swarm }> {
  const made = await noisePack(pieces)
  const origin = await loopback.swarm({ role: 'origin' })
  origin.add({ pack: made.pack, storage: new MemoryStorage(made.pack, made.content), trackers: [] })
  return { ...made, origin }
}

/** That the swarm still does its duty. */
async function expectServing(origin: Swarm, pack: Pack): Promise<void> {
  const here = (await loopback.swarm()).add({ pack, storage: new MemoryStorage(pack), trackers: [] })
  here.want([0])
  await here.addPeer(addressOf(origin))
  await here.done([0])
  await here.remove()
}

describe('the swarm serves on after a peer', () => {
  test.each<[string, (peer: RawPeer) => void]>([
    ['announced a message of 60 MB', peer => peer.socket.write(Buffer.from([3, 0x93, 0x87, 0, piece]))],
    ['sent an extended message without content', peer => peer.send(extended, [1])],
    ['asked for a piece that does not exist', peer => peer.sendNumbers(request, 99, 0, 16_384)],
    ['asked for bytes behind the end of a piece', peer => peer.sendNumbers(request, 0, 32_768, 16_384)],
    ['asked for a negative offset', peer => peer.sendNumbers(request, 0, 0xffff_c000, 16_384)],
    ['asked for a megabyte', peer => peer.sendNumbers(request, 0, 0, 1_048_576)],
    ['spoke of the fast extension that was not agreed on', peer => peer.send(haveAll)],
  ])('%s, and has closed the connection', async (_, speak) => {
    const { pack, origin } = await originOf(3)
    const peer = await RawPeer.connect(origin.port, pack.infoHash)
    peer.send(interested)
    await peer.receiveMessage(unchoke)
    speak(peer)
    await peer.untilClosed()
    await expectServing(origin, pack)
  })

  test.each<[string, string]>([
    ['metadata messages that are no dictionary', '\u0001i1e'],
    ['a request for metadata that cannot be answered', `\u0001${metadataRequest}`],
    ['metadata messages that are cut off', '\u0001d8:msg_typei0'],
    ['an extended handshake of other types', '\u0000d1:md11:ut_metadata0:e1:p3:abc4:reqqi-5e8:repocasti1ee'],
    ['an extended handshake that is a list', '\u0000le'],
  ])('sent %s', async (_, message) => {
    const { pack, origin } = await originOf(3)
    const peer = await RawPeer.connect(origin.port, pack.infoHash)
    peer.send(extended, Buffer.from(message))
    peer.send(interested)
    await peer.receiveMessage(unchoke)
    peer.socket.destroy()
    await expectServing(origin, pack)
  })

  test('asked for a pack that is not ours', async () => {
    const { pack, origin } = await originOf(3)
    await expect(RawPeer.connect(origin.port, 'ff'.repeat(20))).rejects.toThrow('closed')
    await expectServing(origin, pack)
  })
})

test('what cannot be served is rejected where the fast extension is agreed on', async () => {
  const { pack, origin } = await originOf(3)
  const peer = await RawPeer.connect(origin.port, pack.infoHash, { isFast: true })
  peer.send(interested)
  await peer.receiveMessage(unchoke)
  peer.sendNumbers(request, 99, 0, 16_384)
  expect((await peer.receiveMessage(reject)).readUInt32BE()).toBe(99)
  peer.sendNumbers(request, 1, 16_384, 16_384)
  expect((await peer.receiveMessage(piece)).readUInt32BE(4)).toBe(16_384)
  peer.socket.destroy()
})

test('requests of a peer that does not read are rejected beyond a bound', async () => {
  const { pack, origin } = await originOf(40)
  const peer = await RawPeer.connect(origin.port, pack.infoHash, { isFast: true })
  peer.send(interested)
  await peer.receiveMessage(unchoke)
  peer.socket.pause()
  for (let k = 0; k < 5000; k += 1) peer.sendNumbers(request, k % 39, 0, 32_768)
  peer.socket.resume()
  await peer.receiveMessage(reject)
  peer.socket.destroy()
  await expectServing(origin, pack)
})

test('a magnet user gets the true metadata, from who holds all and from who holds nothing', async () => {
  const { pack, origin } = await originOf(3)
  const agent = await loopback.swarm()
  agent.add({ pack, storage: new MemoryStorage(pack), trackers: [] })
  for (const swarm of [origin, agent]) {
    const peer = await RawPeer.connect(swarm.port, pack.infoHash)
    const handshake = (await peer.receiveMessage(extended)).toString('latin1')
    expect(handshake).toContain(`13:metadata_sizei${pack.infoBytes.length}e`)
    const ours = Number(/11:ut_metadatai(\d+)e/.exec(handshake)?.[1])
    peer.send(extended, [0, ...Buffer.from('d1:md11:ut_metadatai7eee')])
    peer.send(extended, [ours, ...Buffer.from(metadataRequest)])
    const answer = await peer.receiveMessage(extended)
    expect(answer.subarray(-pack.infoBytes.length).equals(pack.infoBytes)).toBe(true)
    peer.socket.destroy()
  }
})

describe('a peer that delivers wrong bytes', () => {
  test('is banned, and the pack comes from who delivers right ones', async () => {
    const { pack, content } = await noisePack(10)
    const wrong = Buffer.from(content.map(byte => byte ^ 0xff))
    const [liar, honest, agent] = [await loopback.swarm(), await loopback.swarm(), await loopback.swarm()]
    liar.add({ pack, storage: new MemoryStorage(pack, wrong), trackers: [] })
    honest.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
    const storage = new MemoryStorage(pack)
    const here = agent.add({ pack, storage, trackers: [] })
    const misbehaved = once(agent, 'peerMisbehaved')
    here.want(allPieces(pack))
    await here.addPeer(addressOf(liar))
    await misbehaved
    await here.addPeer(addressOf(honest))
    await here.done(allPieces(pack))
    expect(storage.content.equals(content)).toBe(true)
    await here.addPeer(addressOf(liar))
    expect(here.peers().some(peer => peer.peerId === liar.peerId)).toBe(false)
  })

  test('does not stop a pack when it mixes with others from the start', async () => {
    const { pack, content } = await noisePack(30)
    const wrong = Buffer.from(content)
    for (let at = 0; at < wrong.length; at += 50_000) wrong[at] = (wrong[at] ?? 0) ^ 1
    const [liar, honest, agent] = [await loopback.swarm(), await loopback.swarm(), await loopback.swarm()]
    liar.add({ pack, storage: new MemoryStorage(pack, wrong), trackers: [] })
    honest.add({ pack, storage: new MemoryStorage(pack, content), trackers: [] })
    const storage = new MemoryStorage(pack)
    const here = agent.add({ pack, storage, trackers: [] })
    here.want(allPieces(pack))
    await Promise.all([here.addPeer(addressOf(liar)), here.addPeer(addressOf(honest))])
    await here.done(allPieces(pack))
    expect(storage.content.equals(content)).toBe(true)
  })
})

describe('a storage that fails', () => {
  test('to write pauses the pack, keeps what came, and goes on when told to', async () => {
    const { pack, content, origin } = await originOf(12)
    const agent = await loopback.swarm()
    const storage = new MemoryStorage(pack)
    const here = agent.add({ pack, storage, trackers: [] })
    storage.failure = new Error('ENOSPC')
    const failed = once(agent, 'storageFailed')
    here.want(allPieces(pack))
    await here.addPeer(addressOf(origin))
    const [{ operation, error }] = (await failed) as [{ operation: string; error: Error & { code: string } }]
    expect([operation, error.code]).toEqual(['write', 'REPOCAST_SWARM_STORAGE_FAILED'])
    expect(here.status().isPaused).toBe(true)
    storage.failure = undefined
    here.resume()
    await here.done(allPieces(pack))
    expect(storage.content.equals(content)).toBe(true)
    expect(here.status()).toMatchObject({ isPaused: false, downloadedBytes: pack.bytes })
  })

  test('to read refuses that block and serves on', async () => {
    const { pack, content } = await noisePack(6)
    const origin = await loopback.swarm({ role: 'origin' })
    const storage = new MemoryStorage(pack, content)
    origin.add({ pack, storage, trackers: [] })
    storage.failure = new Error('EIO')
    const failed = once(origin, 'storageFailed')
    const here = (await loopback.swarm()).add({ pack, storage: new MemoryStorage(pack), trackers: [] })
    here.want(allPieces(pack))
    await here.addPeer(addressOf(origin))
    await failed
    storage.failure = undefined
    await here.done(allPieces(pack))
    expect(here.status().heldPieces).toBe(pack.pieceCount)
  })
})

test('haves of pieces that do not exist and short bitfields are survived', async () => {
  const { pack } = await noisePack(4)
  const agent = await loopback.swarm()
  const here = agent.add({ pack, storage: new MemoryStorage(pack), trackers: [] })
  here.want(allPieces(pack))
  const peer = await RawPeer.connect(agent.port, pack.infoHash)
  peer.send(bitfield, [])
  peer.send(bitfield, new Uint8Array(300).fill(0xff))
  peer.sendNumbers(have, 3_999_999)
  peer.sendNumbers(have, 2)
  await peer.receiveMessage(interested)
  await until(() => here.status().seeders === 1)
  peer.socket.destroy()
  await until(() => here.status().peers === 0)
})
