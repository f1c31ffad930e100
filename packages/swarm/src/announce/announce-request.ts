import type { InfoHash } from '@repocast/objects'

/** `paused`: nothing more is wanted, although not all is here (BEP 21). */
export type AnnounceEvent = 'started' | 'completed' | 'stopped' | 'paused'

/** What a tracker is told (BEP 3, 7, 21, 23). All amounts in bytes. */
export interface AnnounceRequest {
  readonly infoHash: InfoHash
  /** 20 bytes in hexadecimal. */
  readonly peerId: string
  readonly port: number
  readonly uploaded: number
  readonly downloaded: number
  /** What is missing of the whole pack, wanted or not: who has only a part is no seeder, but may be `paused`. */
  readonly left: number
  readonly event: AnnounceEvent | undefined
  readonly peersWanted: number
  /** Where peers reach us, when it is not the address that the tracker sees. */
  readonly address: string | undefined
  /** Tells this run of ours apart when its address changes, hexadecimal. */
  readonly key: string
  /** What the tracker gave us to send back. */
  readonly trackerId: string | undefined
}

/** The address to fetch for `request`. */
export function announceUrl(tracker: string, request: AnnounceRequest): string {
  const url = new URL(tracker)
  url.hash = ''
  const fields: [string, string][] = [
    ['info_hash', percentEncode(request.infoHash)],
    ['peer_id', percentEncode(request.peerId)],
    ['port', String(request.port)],
    ['uploaded', String(request.uploaded)],
    ['downloaded', String(request.downloaded)],
    ['left', String(request.left)],
    ['compact', '1'],
    ['numwant', String(request.peersWanted)],
    ['key', request.key],
  ]
  if (request.event) fields.push(['event', request.event])
  if (request.address) fields.push(['ip', encodeURIComponent(request.address)])
  if (request.trackerId) fields.push(['trackerid', encodeURIComponent(request.trackerId)])
  const query = fields.map(([name, value]) => `${name}=${value}`).join('&')
  return `${url.href}${url.search === '' ? '?' : '&'}${query}`.replace('??', '?')
}

function percentEncode(hex: string): string {
  return hex.toLowerCase().replace(/../g, byte => `%${byte}`)
}
