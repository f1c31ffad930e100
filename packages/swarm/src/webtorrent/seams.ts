import net, { isIP, type Socket, type TcpNetConnectOpts } from 'node:net'
import type WebTorrent from 'webtorrent'
import type { Peer, Torrent, Wire } from 'webtorrent'

/*
 * All that is used of webtorrent beyond its documented interface, and nothing else. seams.test.ts fails for each of
 * these when a new webtorrent no longer honours it; docs/decisions/webtorrent-seams.md says why each is needed.
 */

/** What `torrentPort` is set to, so that webtorrent listens on one address: it passes the value to `server.listen`. */
export function listenAddress(port: number, host: string | undefined): number | { port: number; host: string } {
  return host === undefined ? port : { port, host }
}

/**
 * Has calls to peers leave from `address`, where they are of its family. webtorrent cannot be told so: it calls
 * `net.connect` in `_drain`, and finds another one there for as long as that runs.
 */
export function callFrom(torrent: Torrent, address: string): void {
  const drain = torrent._drain
  Object.assign(torrent, {
    _drain() {
      const { connect } = net
      const connectFrom = (options: TcpNetConnectOpts) =>
        connect(isIP(options.host ?? '') === isIP(address) ? { ...options, localAddress: address } : options)
      Object.assign(net, { connect: connectFrom })
      try {
        drain.call(torrent)
      } finally {
        Object.assign(net, { connect })
      }
    },
  })
}

/** Bounds the accepted connections, and keeps an error of one `accept` (EMFILE) from ending the client. */
export function guardServer(client: WebTorrent, maxConnections: number, onError: (error: Error) => void): void {
  const pool = client._connPool
  if (pool === null) return
  pool.tcpServer.maxConnections = maxConnections
  pool.tcpServer.off('error', pool._onTCPError)
  pool.tcpServer.on('error', onError)
}

/** Sets `secure`, which the constructor would answer with a warning on stderr for lack of RC4 in OpenSSL. */
export function encryptBy(client: WebTorrent, secure: 0 | 1 | 2): void {
  Object.assign(client, { secure })
}

/** Meets no peer that `admits` does not let in: it is not called, whoever names it, and hung up on when it calls. */
export function filterPeers(client: WebTorrent, admits: (host: string) => boolean): void {
  const contains = (host: string) => !admits(host.replace(/^\[|\]$/g, ''))
  Object.assign(client, { blocked: { contains } })
  const pool = client._connPool
  if (pool === null) return
  const take = pool._onTCPConnectionBound
  pool.tcpServer.off('connection', take)
  pool.tcpServer.on('connection', (socket: Socket) => {
    if (admits(socket.remoteAddress ?? '')) take(socket)
    else socket.destroy()
  })
}

/**
 * Peers tell each other the ports of their nodes in the DHT (BEP 5): ours is told, theirs go to `met`. That is all of a DHT that webtorrent
 * sees: it would announce each open torrent by itself, and none of the others.
 */
export function exchangeDhtPorts(client: WebTorrent, port: number, met: (host: string, port: number) => void): void {
  const nothing = () => {}
  const dht = {
    listening: true,
    destroyed: false,
    address: () => ({ port }),
    addNode: (node: { host: string; port: number }) => met(node.host, node.port),
    on: nothing,
    removeListener: nothing,
    announce: nothing,
    destroy: (done: () => void) => done(),
    _tables: { remove: nothing },
  }
  Object.assign(client, { dht })
}

/**
 * Has an incoming handshake for any info-hash ask `find`, which may add the torrent first. By itself webtorrent goes
 * through a list of all torrents; an encrypted one asks `findHidden` with HASH('req2', info-hash). An error in either would end the process, so none may leave it.
 */
export function findTorrentsBy(
  client: WebTorrent,
  find: (infoHash: string) => Promise<Torrent | null>,
  findHidden: (hidden: string) => Promise<Torrent | null>,
): void {
  Object.assign(client, { get: find, _getByHash: findHidden })
}

/**
 * Takes the choice of requests away from webtorrent: its scheduler and its interest in pieces do nothing any more,
 * and the bitfield that it was given is believed as it is instead of reading pieces to test it.
 */
export function takeOver(torrent: Torrent): void {
  Object.assign(torrent, {
    _update() {},
    _updateWireInterest() {},
    _verifyPieces(done: () => void) {
      queueMicrotask(done)
    },
  })
}

/** Tells webtorrent that a piece is there, so that it serves it and lists it in the bitfields that it sends. */
export function markHeld(torrent: Torrent, piece: number): void {
  torrent._markVerified(piece)
}

/** Sends our part of the extended handshake again (BEP 10 allows it), if the peer has it: something of it has changed. */
export function introduceAgain(wire: Wire): void {
  if (wire._extendedHandshakeSent && !wire.destroyed) wire._sendExtendedHandshake()
}

/** Closes a connection for good: webtorrent would connect again a second after a handshake that succeeded. */
export function dropForGood(torrent: Torrent, wire: Wire): void {
  const peer = peerOf(torrent, wire)
  if (peer) peer.retries = Number.POSITIVE_INFINITY
  wire.destroy()
}

/** Has webtorrent call the peer again after the connection has ended, which it does within a second, only while `isWorthIt`. */
export function callAgainWhile(torrent: Torrent, wire: Wire, isWorthIt: () => boolean): void {
  const peer = peerOf(torrent, wire)
  if (peer === undefined) return
  let { retries } = peer
  Object.defineProperty(peer, 'retries', {
    get: () => (isWorthIt() ? retries : Number.POSITIVE_INFINITY),
    set: (value: number) => {
      retries = value
    },
  })
}

/** Peers that others name (BEP 11) go to `take`, with whether they seed, in place of being called by webtorrent at once. */
export function takeNamedPeers(wire: Wire, take: (address: string, isSeeder: boolean) => void): void {
  wire.ut_pex?.removeAllListeners('peer')
  wire.ut_pex?.on('peer', (address: string, flags: { readonly isSender: boolean }) => take(address, flags.isSender))
}

/** Sends the raw info dictionary to who asks for it (BEP 9), in place of the slim one that webtorrent knows. */
export function offerMetadata(wire: Wire, infoBytes: Uint8Array): void {
  Object.assign(wire.ut_metadata, { metadata: infoBytes, _metadataSize: infoBytes.length, _metadataComplete: true })
  wire.extendedHandshake.metadata_size = infoBytes.length
}

function peerOf(torrent: Torrent, wire: Wire): Peer | undefined {
  for (const peer of torrent._peers?.values() ?? []) if (peer.wire === wire) return peer
  return undefined
}

export interface WireGuard {
  readonly maxMessageBytes: number
  /** The peer broke a rule; the connection is closed right after. */
  onViolation(what: string, cause?: unknown): void
}

/** Holds a peer to message lengths, and keeps whatever its messages trigger inside this connection. */
export function guardWire(wire: Wire, guard: WireGuard): void {
  const { _parse: parse, _processBuffer: process, extended } = wire
  const end = (what: string, cause?: unknown) => {
    guard.onViolation(what, cause)
    wire.destroy()
  }
  // Number.MAX_VALUE is how the wire stops parsing when it ends
  const isTooLong = (size: number) => size > guard.maxMessageBytes && size !== Number.MAX_VALUE
  Object.assign(wire, {
    _parse(size: number, parser: (bytes: Uint8Array) => void) {
      parse.call(wire, size, parser)
      if (isTooLong(size)) end(`sends a message of ${size} bytes`)
    },
    _processBuffer() {
      try {
        process.call(wire)
      } catch (error) {
        end('sends a message that cannot be handled', error)
      }
    },
    // throws by itself, in timers too, when the peer takes its support of an extension back
    extended(name: string | number, message: unknown) {
      if (typeof name === 'number' || wire.peerExtendedMapping[name]) extended.call(wire, name, message)
    },
  })
  if (isTooLong(wire._parserSize)) end(`sends a message of ${wire._parserSize} bytes`)
}
