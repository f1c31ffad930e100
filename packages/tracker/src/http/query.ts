import type { AnnounceEvent } from '../swarm/announcement.ts'

/** What an announce over HTTP says (BEP 3, 23), checked. */
export interface AnnounceQuery {
  /** Hexadecimal. */
  readonly infoHash: string
  readonly port: number
  readonly event: AnnounceEvent
  /** Infinity when it is not said. */
  readonly left: number
  readonly uploaded: number
  readonly downloaded: number
  /** Undefined when it is not said. */
  readonly wanted: number | undefined
  readonly isCompact: boolean
  /** The address that the peer says it has. */
  readonly ip: string | undefined
}

/** Torrents in one scrape, at most. */
const maxScraped = 74

/** Reads the query of an announce, without `?`; a sentence when it is wrong. */
export function parseAnnounceQuery(query: string): AnnounceQuery | string {
  let infoHash: string | undefined
  let [peerId, port, event, left, uploaded, downloaded, wanted, compact, ip]: (string | undefined)[] = []
  for (const [key, value] of fields(query)) {
    if (key === 'info_hash') infoHash = value
    else if (key === 'peer_id') peerId = value
    else if (key === 'port') port = value
    else if (key === 'event') event = value
    else if (key === 'left') left = value
    else if (key === 'uploaded') uploaded = value
    else if (key === 'downloaded') downloaded = value
    else if (key === 'numwant') wanted = value
    else if (key === 'compact') compact = value
    else if (key === 'ip') ip = value
  }
  const hash = infoHash === undefined ? undefined : decodeBytes(infoHash)
  if (hash === undefined) return 'invalid info_hash'
  if (peerId === undefined || decodeBytes(peerId) === undefined) return 'invalid peer_id'
  const portNumber = parseCount(port)
  if (portNumber === undefined || portNumber < 1 || portNumber > 65_535) return 'invalid port'
  return {
    infoHash: hash,
    port: portNumber,
    event: event !== undefined && isEvent(event) ? event : 'update',
    left: parseCount(left) ?? Number.POSITIVE_INFINITY,
    uploaded: parseCount(uploaded) ?? 0,
    downloaded: parseCount(downloaded) ?? 0,
    wanted: parseCount(wanted),
    isCompact: compact === '1',
    ip: ip === undefined ? undefined : ip.replaceAll(/%3a/gi, ':'),
  }
}

function isEvent(text: string): text is AnnounceEvent {
  return ['started', 'stopped', 'completed', 'paused'].includes(text)
}

/** The info-hashes in the query of a scrape (BEP 48), hexadecimal; a sentence when it is wrong. */
export function parseScrapeQuery(query: string): readonly string[] | string {
  const hashes: string[] = []
  for (const [key, value] of fields(query)) {
    if (key !== 'info_hash') continue
    const hash = decodeBytes(value)
    if (hash === undefined) return 'invalid info_hash'
    if (hashes.length === maxScraped) return `a scrape may name ${maxScraped} torrents`
    hashes.push(hash)
  }
  return hashes.length === 0 ? 'a scrape has to name torrents' : hashes
}

function* fields(query: string): IterableIterator<readonly [key: string, value: string]> {
  for (let from = 0; from < query.length; ) {
    const next = query.indexOf('&', from)
    const to = next < 0 ? query.length : next
    const equals = query.indexOf('=', from)
    if (equals > from && equals < to) yield [query.slice(from, equals), query.slice(equals + 1, to)]
    from = to + 1
  }
}

const digits = '0123456789abcdef'

/** 20 bytes that are percent-encoded, as hexadecimal. */
function decodeBytes(text: string): string | undefined {
  let hex = ''
  for (let k = 0; k < text.length; k += 1) {
    let byte = text.charCodeAt(k)
    if (byte === percent) {
      byte = hexDigit(text.charCodeAt(k + 1)) * 16 + hexDigit(text.charCodeAt(k + 2))
      k += 2
    } else if (byte === plus) byte = space
    if (!(byte <= 255)) return undefined // also when it is no number
    hex += `${digits[byte >> 4]}${digits[byte & 15]}`
  }
  return hex.length === 40 ? hex : undefined
}

const [percent, plus, space] = [37, 43, 32]

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const lower = code | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : Number.NaN
}

/** A number that is not negative; undefined for whatever is none. */
function parseCount(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,16}$/.test(text)) return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : undefined
}
