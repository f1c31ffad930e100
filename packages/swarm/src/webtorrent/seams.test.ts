import { EventEmitter } from 'node:events'
import net, { Server, Socket } from 'node:net'
import { slimTorrent } from '@repocast/packs'
import { afterEach, describe, expect, test } from 'vitest'
import WebTorrent, { type Torrent, type Wire } from 'webtorrent'
import Peer from 'webtorrent/lib/peer.js'
import { noisePack, until } from '../loopback.ts'
import { MemoryStorage } from '../memory-storage.ts'
import { emptyBits } from '../picker/bits.ts'
import { unusedChunkStore } from './chunk-store.ts'
import {
  callAgainWhile,
  callFrom,
  exchangeDhtPorts,
  filterPeers,
  findTorrentsBy,
  guardServer,
  introduceAgain,
  listenAddress,
  markHeld,
  takeNamedPeers,
  takeOver,
} from './seams.ts'

/*
 * Each test is one thing that seams.ts relies on. When one fails after webtorrent was updated, read
 * docs/decisions/webtorrent-seams.md, find out what webtorrent does now, and change seams.ts, not the test.
 */

const clients: WebTorrent[] = []
afterEach(async () => {
  await Promise.all(clients.splice(0).map(client => new Promise<void>(resolve => client.destroy(() => resolve()))))
})

async function listen(host = '127.0.0.1'): Promise<WebTorrent> {
  const client = new WebTorrent({
    torrentPort: listenAddress(0, host),
    tracker: false,
    dht: false,
    lsd: false,
    utPex: true,
    natUpnp: false,
    natPmp: false,
    utp: false,
    webSeeds: false,
    secure: 0,
    maxConns: 10,
    uploadLimit: -1,
    downloadLimit: -1,
  })
  clients.push(client)
  await new Promise(resolve => client.once('listening', resolve))
  return client
}

async function open(client: WebTorrent, { isFull }: { isFull: boolean }, puts: number[] = []) {
  const { pack, content } = await noisePack(4)
  const storage = new MemoryStorage(pack, isFull ? content : undefined)
  const reads: number[] = []
  const store = unusedChunkStore(pack.pieceLength)
  store.get = piece => void reads.push(piece)
  const put = store.put
  store.put = (piece, bytes, done) => {
    puts.push(piece)
    put(piece, bytes, done)
  }
  const torrent = client.add(slimTorrent(pack, []), {
    preloadedStore: store,
    storeCacheSlots: 0,
    bitfield: isFull ? storage.bitfield() : emptyBits(pack.pieceCount),
    deselect: true,
    uploads: 10,
    alwaysChokeSeeders: false,
    private: false,
  })
  takeOver(torrent)
  if (!torrent.ready) await new Promise(resolve => torrent.once('ready', resolve))
  return { torrent, pack, reads }
}

async function connected(): Promise<{ seeder: Torrent; leecher: Torrent; wire: Wire; puts: number[] }> {
  const [a, b] = [await listen(), await listen('127.0.0.2')]
  const puts: number[] = []
  const { torrent: seeder } = await open(a, { isFull: true })
  const { torrent: leecher } = await open(b, { isFull: false }, puts)
  leecher.addPeer(`127.0.0.1:${a.torrentPort}`)
  const wire = await new Promise<Wire>(resolve => leecher.once('wire', resolve))
  return { seeder, leecher, wire, puts }
}

describe('webtorrent still', () => {
  test('passes torrentPort on to server.listen', async () => {
    const client = await listen('127.0.0.3')
    const address = client._connPool?.tcpServer.address()
    expect(address).toMatchObject({ address: '127.0.0.3', port: client.torrentPort })
  })

  test('calls net.connect for a peer in _drain, at once', async () => {
    const [a, b] = [await listen(), await listen('127.0.0.2')]
    await open(a, { isFull: true })
    const { torrent } = await open(b, { isFull: false })
    const { connect } = net
    callFrom(torrent, '127.0.0.2')
    torrent.addPeer(`127.0.0.1:${a.torrentPort}`)
    const wire = await new Promise<Wire>(resolve => torrent.once('wire', resolve))
    const peer = [...(torrent._peers?.values() ?? [])].find(({ wire: other }) => other === wire)
    expect([peer?.conn?.localAddress, net.connect]).toEqual(['127.0.0.2', connect])
  })

  test('has its server and the listener that ends the client in _connPool', async () => {
    const client = await listen()
    expect(client._connPool?.tcpServer).toBeInstanceOf(Server)
    const errors: Error[] = []
    guardServer(client, 7, error => errors.push(error))
    client._connPool?.tcpServer.emit('error', new Error('EMFILE'))
    expect([client.destroyed, errors.length, client._connPool?.tcpServer.maxConnections]).toEqual([false, 1, 7])
  })

  test('takes connections by _onTCPConnectionBound, and asks client.blocked before it calls anybody', async () => {
    const [a, b] = [await listen(), await listen('127.0.0.2')]
    expect(a._connPool?.tcpServer.listeners('connection')).toEqual([a._connPool?._onTCPConnectionBound])
    const asked: string[] = []
    filterPeers(b, host => {
      asked.push(host)
      return false
    })
    const { torrent } = await open(b, { isFull: false })
    expect(torrent.addPeer(`127.0.0.1:${a.torrentPort}`)).toBe(false)
    expect(torrent.addPeer('[2001:db8::1]:6881')).toBe(false)
    expect(asked).toEqual(['127.0.0.1', '2001:db8::1'])
  })

  test('asks client.get for the torrent of an incoming handshake, and waits for it', async () => {
    const [a, b] = [await listen(), await listen('127.0.0.2')]
    const asked: string[] = []
    const find = async (name: string) => {
      asked.push(name)
      return (await open(a, { isFull: true })).torrent
    }
    findTorrentsBy(a, find, find)
    const { torrent } = await open(b, { isFull: false })
    torrent.addPeer(`127.0.0.1:${a.torrentPort}`)
    const wire = await new Promise<Wire>(resolve => torrent.once('wire', resolve))
    await until(() => wire.peerPieces.get(3))
    expect(asked).toEqual([torrent.infoHash])
  })

  test('tells and hears the ports of the DHT by client.dht, and leaves it alone otherwise', async () => {
    const [a, b] = [await listen(), await listen('127.0.0.2')]
    const met: string[] = []
    exchangeDhtPorts(a, 7001, (host, port) => met.push(`${host}:${port}`))
    exchangeDhtPorts(b, 7002, (host, port) => met.push(`${host}:${port}`))
    await open(a, { isFull: true })
    const { torrent } = await open(b, { isFull: false })
    torrent.addPeer(`127.0.0.1:${a.torrentPort}`)
    await until(() => met.length === 2)
    expect(met.map(address => address.split(':').at(-1)).toSorted()).toEqual(['7001', '7002'])
    await new Promise<void>(resolve => torrent.destroy({}, () => resolve()))
  })

  test('believes a bitfield without reading a piece', async () => {
    const { torrent, reads } = await open(await listen(), { isFull: true })
    expect(torrent.bitfield.get(3)).toBe(true)
    expect(reads).toEqual([])
  })

  test('asks for nothing and shows no interest by itself', async () => {
    const { wire, puts } = await connected()
    await until(() => wire.peerPieces.get(3))
    expect([wire.amInterested, wire.downloaded, puts]).toEqual([false, 0, []])
  })

  test('sends its extended handshake again by _sendExtendedHandshake, and takes that of the other end again', async () => {
    const { seeder, wire } = await connected()
    const [other] = seeder.wires
    await until(() => Object.keys(wire.peerExtendedHandshake).length > 0)
    expect(other?._extendedHandshakeSent).toBe(true)
    if (other === undefined) return
    Object.assign(other.extendedHandshake, { upload_only: 1 })
    introduceAgain(other)
    await until(() => wire.peerExtendedHandshake.upload_only === 1)
    expect(wire.peerExtendedMapping.ut_metadata).toBeGreaterThan(0)
  })

  test('serves a piece, and lists it, after _markVerified', async () => {
    const { seeder, leecher, wire } = await connected()
    await until(() => wire.peerPieces.get(3))
    markHeld(leecher, 2)
    expect([leecher.pieces[2], leecher.bitfield.get(2), leecher.pieces[1] === null]).toEqual([null, true, false])
    for (const other of leecher.wires) other.have(2)
    await until(() => seeder.wires[0]?.peerPieces.get(2) === true)
  })

  test('keeps peers with their wire, socket and count of retries in _peers', async () => {
    const { leecher, wire } = await connected()
    const peer = [...(leecher._peers?.values() ?? [])].find(({ wire: other }) => other === wire)
    expect(peer?.conn).toBeInstanceOf(Socket)
    expect(peer?.retries).toBe(0)
  })

  test('calls a peer again by its count of retries when the connection has ended', async () => {
    const { leecher, wire } = await connected()
    const again = new Promise<Wire>(resolve => leecher.once('wire', resolve))
    callAgainWhile(leecher, wire, () => true)
    wire.destroy()
    const second = await again
    let asked = 0
    callAgainWhile(leecher, second, () => {
      asked += 1
      return false
    })
    second.destroy()
    await until(() => asked > 0)
    // it asks once when it will not call, and more often for how long to wait
    expect(asked).toBe(1)
  })

  test('has the listener of ut_pex that calls who is named, and flags', async () => {
    const { seeder, wire } = await connected()
    expect(wire.ut_pex?.listenerCount('peer')).toBe(1)
    const named: [string, boolean][] = []
    takeNamedPeers(wire, (address, isSeeder) => named.push([address, isSeeder]))
    const [other] = seeder.wires
    await until(() => other?.peerExtendedMapping.ut_pex !== undefined)
    other?.ut_pex?.addPeer('192.0.2.1:7', { isSender: true })
    other?.ut_pex?.addPeer6('[2001:db8::1]:8', { isSender: false })
    other?.ut_pex?._sendMessage()
    await until(() => named.length === 2)
    expect(named).toEqual([
      ['192.0.2.1:7', true],
      ['[2001:db8::1]:8', false],
    ])
  })

  test('has a wire with the methods that are wrapped, each called through the instance', async () => {
    const { seeder, wire } = await connected()
    const called = new Set<string>()
    const names = ['_parse', '_processBuffer', 'extended'] as const
    for (const name of names) {
      const method: (...values: never[]) => unknown = wire[name]
      Object.assign(wire, {
        [name](...values: never[]) {
          called.add(name)
          return method.apply(wire, values)
        },
      })
    }
    await until(() => seeder.wires.length === 1)
    seeder.wires[0]?.unchoke()
    await until(() => !wire.peerChoking)
    wire.extended('ut_metadata', {})
    expect(called).toEqual(new Set(names))
    expect(wire.peerExtendedMapping).toHaveProperty('ut_metadata')
    expect(wire._parserSize).toBeTypeOf('number')
    expect(wire.amChoking).toBe(true)
    expect(wire.reject).toBeInstanceOf(Function)
  })

  test('joins a socket and its wire in setThrottlePipes of a peer, once, when it is connected', async () => {
    const joined: Peer[] = []
    const own = Peer.prototype.setThrottlePipes
    Peer.prototype.setThrottlePipes = function (this: Peer) {
      joined.push(this)
      own.call(this)
    }
    const { wire } = await connected()
    Peer.prototype.setThrottlePipes = own
    await until(() => wire.peerPieces.get(3))
    expect(joined).toHaveLength(2)
    expect(joined.every(peer => peer.conn instanceof Socket && peer.wire !== null)).toBe(true)
  })

  test('has ut_metadata with the fields that are set, before the extended handshake is sent', async () => {
    const { wire } = await connected()
    expect(wire.ut_metadata).toBeInstanceOf(EventEmitter)
    expect(wire.ut_metadata.metadata).toBeInstanceOf(Uint8Array)
    expect(wire.ut_metadata).toMatchObject({ _metadataComplete: true, _metadataSize: expect.any(Number) })
    expect(wire.extendedHandshake).toHaveProperty('metadata_size')
  })

  test('shows a peer that has all by a bitfield without bytes, and tells of pieces that went', async () => {
    const { wire } = await connected()
    await until(() => wire.peerPieces.get(3))
    expect(wire.peerPieces.buffer).toHaveLength(0)
    expect(wire.lt_donthave).toBeInstanceOf(EventEmitter)
  })
})
