import { Server } from 'bittorrent-tracker'
import type { AnnounceHandler, PeerAddress } from '../swarm/announcement.ts'

/** Longest request target that is parsed, in bytes: a scrape of 74 torrents is some 5 kB. */
const maxUrlLength = 8192
const removeMapping = /^::ffff:(?=\d+\.)/

/** What bittorrent-tracker hands to a swarm of its own. */
interface Params {
  readonly info_hash: string
  readonly peer_id: string
  readonly ip: string
  readonly port: number
  readonly event: string
  readonly left: number
  readonly uploaded?: string
  readonly downloaded?: string
  readonly numwant: number
}

/**
 * The HTTP face of a tracker (BEP 3, 7, 23, 48) on bittorrent-tracker, which parses requests and writes answers; its
 * own HTTP server, its swarms and its belief in addresses are not used.
 */
export class HttpAnswers {
  readonly #server: Server

  constructor(tracker: AnnounceHandler, intervalSeconds: number) {
    this.#server = new Server({ http: false, udp: false, ws: false, stats: false, interval: intervalSeconds * 1000 })
    this.#server.on('error', () => {})
    this.#server.on('warning', () => {}) // The client has been told by a failure reason.
    const getSwarm = (infoHash: string, done: (error: Error | null, swarm?: object) => void) =>
      done(null, swarmOf(tracker, infoHash))
    this.#server.getSwarm = getSwarm
    this.#server.createSwarm = getSwarm
  }

  /**
   * The bencoded answer to a request for `/announce?…` or `/scrape?…`. What is wrong with the request is in it, as
   * a failure reason. `clientAddress` is the address of the peer, settled by whoever runs the HTTP server; an
   * address in the query is not believed.
   */
  async answer(url: string, clientAddress: string): Promise<Buffer> {
    if (url.length > maxUrlLength) return failure('the request is too long')
    if (/^\/scrape(\?(?!.*info_hash=).*)?$/.test(url)) return failure('a scrape has to name torrents')
    const request = { url, headers: {}, connection: { remoteAddress: clientAddress.replace(removeMapping, '') } }
    return await new Promise(resolve => {
      this.#server.onHttpRequest(request, {
        end: (bytes?: Uint8Array) => resolve(bytes ? Buffer.from(bytes) : failure('the tracker is being closed')),
      })
    })
  }

  close(): void {
    this.#server.close()
  }
}

function swarmOf(tracker: AnnounceHandler, infoHash: string): object {
  return {
    announce: (params: Params, done: (error: Error | null, answer?: object) => void) => {
      if (!Number.isInteger(params.port)) return done(new Error('invalid port'))
      const result = tracker.announce({
        infoHash: params.info_hash,
        peerId: params.peer_id,
        address: params.ip,
        port: params.port,
        event: parseEvent(params.event),
        left: params.left,
        uploaded: parseCount(params.uploaded),
        downloaded: parseCount(params.downloaded),
        wanted: Math.max(0, Math.floor(params.numwant)),
      })
      if (result === undefined) return done(new Error('this tracker does not track that torrent'))
      const peers = result.peers.map(({ peerId, ip, port }: PeerAddress) => ({ peerId, ip, port }))
      done(null, {
        complete: result.seeders,
        incomplete: result.leechers,
        interval: result.intervalSeconds,
        ...minInterval,
        peers,
      })
    },
    scrape: (_params: object, done: (error: null, answer: object) => void) => {
      const { seeders, leechers } = tracker.scrape(infoHash)
      done(null, { complete: seeders, incomplete: leechers })
    },
  }
}

/** Clients that lack peers may ask again after this many seconds; without it some wait for the whole interval. */
const minInterval = { 'min interval': 5 }

function parseEvent(event: string): 'started' | 'stopped' | 'completed' | 'update' {
  return event === 'started' || event === 'stopped' || event === 'completed' ? event : 'update'
}

/** A counter of a peer; whatever is no sensible number counts as nothing. */
function parseCount(text: string | undefined): number {
  const value = Number(text)
  return Number.isSafeInteger(value) && value >= 0 ? value : 0
}

function failure(reason: string): Buffer {
  return Buffer.from(`d14:failure reason${Buffer.byteLength(reason)}:${reason}e`)
}
