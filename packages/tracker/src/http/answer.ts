import { type Address, formatAddress, parseAddress } from '../address/address.ts'
import {
  type AnnounceHandler,
  type AnnounceResult,
  type ChosenPeers,
  defaultPeers,
  maxPeers,
  refusals,
  type SwarmStatistics,
} from '../swarm/announcement.ts'
import { parseAnnounceQuery, parseScrapeQuery } from './query.ts'

/** Longest request target that is parsed, in bytes: a scrape of 74 torrents is some 5 kB. */
const maxUrlLength = 8192

/** Where a request comes from, settled by whoever runs the HTTP server. */
export interface Requester {
  /** Of the client itself, behind trusted proxies. */
  readonly address: string
  /** Whether it may say that a peer has another address. */
  readonly mayNameAddress: boolean
}

/** The HTTP face of a tracker (BEP 3, 7, 23, 48): from a request target to the bytes of an answer. */
export class HttpAnswers {
  readonly #tracker: AnnounceHandler

  constructor(tracker: AnnounceHandler) {
    this.#tracker = tracker
  }

  /**
   * The bencoded answer to a request for `/announce?…` or `/scrape?…`. What is wrong with the request is in it, as
   * a failure reason.
   */
  answer(url: string, { address: text, mayNameAddress }: Requester): Buffer {
    if (url.length > maxUrlLength) return failure('the request is too long')
    const mark = url.indexOf('?')
    const path = mark < 0 ? url : url.slice(0, mark)
    const query = mark < 0 ? '' : url.slice(mark + 1)
    const address = parseAddress(text)
    if (address === undefined) return failure('peers could not reach your address')
    if (!this.#tracker.admit(address, 'http')) return limited
    if (path === '/announce') return this.#announce(query, address, mayNameAddress)
    if (path === '/scrape') return this.#scrape(query)
    return failure('there is only /announce and /scrape')
  }

  #announce(text: string, address: Address, mayNameAddress: boolean): Buffer {
    const query = parseAnnounceQuery(text)
    if (typeof query === 'string') return failure(query)
    const named = mayNameAddress && query.ip !== undefined ? parseAddress(query.ip) : undefined
    const result = this.#tracker.announce({
      ...query,
      address: named ?? address,
      wanted: Math.min(query.wanted ?? defaultPeers, maxPeers),
    })
    if (typeof result === 'string') return failure(refusals[result])
    return encodeAnnounce(result, query.isCompact)
  }

  #scrape(query: string): Buffer {
    const infoHashes = parseScrapeQuery(query)
    if (typeof infoHashes === 'string') return failure(infoHashes)
    return encodeScrape([...new Set(infoHashes)].sort().map(infoHash => this.#tracker.scrape(infoHash)))
  }
}

/** The bencoded answer to an announce: peers compact (BEP 23, 7), or as a list of dictionaries (BEP 3). */
export function encodeAnnounce(result: AnnounceResult, isCompact: boolean): Buffer {
  const { intervalSeconds, minIntervalSeconds, peers } = result
  const head = `d${counts(result)}8:intervali${intervalSeconds}e12:min intervali${minIntervalSeconds}e`
  if (!isCompact) return Buffer.from(`${head}5:peersl${[...dictionaries(peers)].join('')}ee`, 'latin1')
  const { ipv4, ipv6 } = peers
  const before = `${head}5:peers${ipv4.length}:`
  const between = ipv6.length === 0 ? '' : `6:peers6${ipv6.length}:`
  const bytes = Buffer.allocUnsafe(before.length + ipv4.length + between.length + ipv6.length + 1)
  let at = bytes.write(before, 0, 'latin1')
  bytes.set(ipv4, at)
  at += ipv4.length
  at += bytes.write(between, at, 'latin1')
  bytes.set(ipv6, at)
  bytes[bytes.length - 1] = endMark
  return bytes
}

const endMark = 0x65

function* dictionaries({ ipv4, ipv6 }: ChosenPeers): IterableIterator<string> {
  for (const [list, bytes] of [
    [ipv4, 6],
    [ipv6, 18],
  ] as const) {
    for (let at = 0; at < list.length; at += bytes) {
      const ip = formatAddress(list.subarray(at, at + bytes - 2))
      const port = ((list[at + bytes - 2] ?? 0) << 8) | (list[at + bytes - 1] ?? 0)
      yield `d2:ip${ip.length}:${ip}4:porti${port}ee`
    }
  }
}

/** The bencoded answer to a scrape (BEP 48); `swarms` sorted by info-hash. */
export function encodeScrape(swarms: readonly SwarmStatistics[]): Buffer {
  const files = swarms.map(swarm => [
    Buffer.from('20:'),
    Buffer.from(swarm.infoHash, 'hex'),
    Buffer.from(`d${counts(swarm)}e`),
  ])
  return Buffer.concat([Buffer.from('d5:filesd'), ...files.flat(), Buffer.from('ee')])
}

type Counts = Pick<SwarmStatistics, 'seeders' | 'partialSeeds' | 'leechers' | 'completed'>

/** `downloaders` of BEP 21 are those of `incomplete` who fetch; other programs pass over it. */
function counts({ seeders, partialSeeds, leechers, completed }: Counts): string {
  return `8:completei${seeders}e10:downloadedi${completed}e11:downloadersi${leechers}e10:incompletei${leechers + partialSeeds}e`
}

/** A refusal; `retry in` of BEP 31 is in minutes. */
function failure(reason: string): Buffer {
  return Buffer.from(`d14:failure reason${Buffer.byteLength(reason)}:${reason}e`)
}

const limitedReason = 'too many requests from your address'
const limited = Buffer.from(`d14:failure reason${limitedReason.length}:${limitedReason}8:retry ini1ee`)
