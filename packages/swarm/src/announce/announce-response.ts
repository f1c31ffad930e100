import { isIP } from 'node:net'
import { joinAddress } from '../webtorrent/connection.ts'
import { type Bencoded, type BencodedDictionary, decodeBencode, isDictionary } from './bencode.ts'

/** What a tracker says. */
export interface AnnounceResponse {
  /** Why it refuses; nothing else is set then but `retrySeconds`. */
  readonly failure: string | undefined
  /** When it may be asked again after a failure (BEP 31), Infinity for never. */
  readonly retrySeconds: number | undefined
  readonly warning: string | undefined
  readonly intervalSeconds: number | undefined
  readonly minIntervalSeconds: number | undefined
  readonly trackerId: string | undefined
  readonly seeders: number | undefined
  /** Who fetches something: without partial seeds (BEP 21) where the tracker knows of such. */
  readonly leechers: number | undefined
  /** `host:port`, IPv6 hosts in brackets. */
  readonly peers: readonly string[]
}

/** More peers than these are not looked at. */
const mostPeers = 2000

/** @throws Error when it is no answer of a tracker */
export function parseAnnounceResponse(bytes: Buffer): AnnounceResponse {
  const answer = decodeBencode(bytes)
  if (!isDictionary(answer)) throw new Error('the answer is not a bencoded dictionary')
  const failure = text(answer.get('failure reason'))
  return {
    failure,
    retrySeconds: retrySeconds(answer.get('retry in')),
    warning: text(answer.get('warning message')),
    intervalSeconds: count(answer.get('interval')),
    minIntervalSeconds: count(answer.get('min interval')),
    trackerId: text(answer.get('tracker id')),
    seeders: count(answer.get('complete')),
    leechers: count(answer.get('downloaders')) ?? count(answer.get('incomplete')),
    peers: failure === undefined ? peersOf(answer) : [],
  }
}

function peersOf(answer: BencodedDictionary): string[] {
  const peers = answer.get('peers')
  const listed = Array.isArray(peers) ? peers.slice(0, mostPeers).flatMap(peerOf) : compact(peers, 4)
  return [...new Set([...listed, ...compact(answer.get('peers6'), 16)])].slice(0, mostPeers)
}

/** BEP 23 (4 bytes of address) and BEP 7 (16 bytes), each followed by 2 bytes of port. */
function compact(value: Bencoded | undefined, addressBytes: number): string[] {
  if (!Buffer.isBuffer(value)) return []
  const peers: string[] = []
  const size = addressBytes + 2
  for (let at = 0; at + size <= value.length && peers.length < mostPeers; at += size) {
    const port = value.readUInt16BE(at + addressBytes)
    if (port > 0) peers.push(joinAddress(host(value.subarray(at, at + addressBytes)), port))
  }
  return peers
}

function host(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, k) => bytes.readUInt16BE(2 * k).toString(16))
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1)
}

function peerOf(value: Bencoded): string[] {
  if (!isDictionary(value)) return []
  const [ip, port] = [text(value.get('ip')), count(value.get('port'))]
  if (ip === undefined || isIP(ip) === 0 || port === undefined || port < 1 || port > 65_535) return []
  return [joinAddress(ip, port)]
}

function text(value: Bencoded | undefined): string | undefined {
  return Buffer.isBuffer(value) ? value.toString('utf8').slice(0, 500) : undefined
}

function count(value: Bencoded | undefined): number | undefined {
  return typeof value === 'number' && value >= 0 ? value : undefined
}

function retrySeconds(value: Bencoded | undefined): number | undefined {
  const said = typeof value === 'number' ? String(value) : text(value)
  if (said === 'never') return Number.POSITIVE_INFINITY
  return said !== undefined && /^\d{1,6}$/.test(said) ? Number(said) * 60 : undefined
}
