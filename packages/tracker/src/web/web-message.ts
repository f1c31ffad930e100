/** A message over WebSocket with nothing in it that was not looked at. Hashes and ids are 20 characters, one a byte. */
export type WebMessage =
  | ({
      readonly action: 'announce'
      readonly info_hash: string
      readonly peer_id: string
      readonly event: string | undefined
      readonly left: number | undefined
      readonly offers: readonly Offer[] | undefined
    } & Reply)
  | { readonly action: 'scrape'; readonly info_hash: readonly string[] }

interface Reply {
  readonly answer?: object
  readonly offer_id?: string
  readonly to_peer_id?: string
}

interface Offer {
  readonly offer: object
  readonly offer_id: string
}

/** In one message, at most. */
const maxOffers = 50
const maxScraped = 74
const events = ['started', 'stopped', 'completed', 'update', 'paused', 'empty']

/**
 * Reads a message as webtorrent's clients send it; a sentence when it is wrong. bittorrent-tracker looks only at some
 * fields, and fails over others.
 */
export function parseWebMessage(text: string): WebMessage | string {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return 'that is no JSON'
  }
  if (!isObject(message)) return 'that is no object'
  if (message.action === 'announce') return parseAnnounce(message)
  return message.action === 'scrape' ? parseScrape(message) : 'there is only announce and scrape'
}

function parseAnnounce(message: Readonly<Record<string, unknown>>): WebMessage | string {
  const { info_hash, peer_id, left, event } = message
  if (!isBytes20(info_hash)) return 'invalid info_hash'
  if (!isBytes20(peer_id)) return 'invalid peer_id'
  const offers = message.offers ?? undefined
  if (offers !== undefined && !isOffers(offers)) return `offers are a list of ${maxOffers} at most`
  const reply = parseReply(message)
  if (reply === undefined) return 'invalid answer'
  return {
    action: 'announce',
    info_hash,
    peer_id,
    event: typeof event === 'string' && events.includes(event) ? event : undefined,
    left: typeof left === 'number' ? left : undefined,
    offers: offers?.map(({ offer, offer_id }) => ({ offer, offer_id })),
    ...reply,
  }
}

/** The answer to somebody's offer, if there is one in the message; undefined when it is wrong. */
function parseReply({ answer, offer_id, to_peer_id }: Readonly<Record<string, unknown>>): Reply | undefined {
  if (answer === undefined || answer === null) return {}
  if (!isObject(answer) || typeof offer_id !== 'string' || !isBytes20(to_peer_id)) return undefined
  return { answer, offer_id, to_peer_id }
}

function parseScrape({ info_hash }: Readonly<Record<string, unknown>>): WebMessage | string {
  const hashes: unknown[] = Array.isArray(info_hash) ? info_hash : [info_hash]
  if (hashes.length > maxScraped || !hashes.every(isBytes20)) return `a scrape names up to ${maxScraped} torrents`
  return { action: 'scrape', info_hash: hashes }
}

function isOffers(value: unknown): value is readonly Offer[] {
  if (!Array.isArray(value) || value.length > maxOffers) return false
  return value.every(one => isObject(one) && isObject(one.offer) && typeof one.offer_id === 'string')
}

function isBytes20(value: unknown): value is string {
  return typeof value === 'string' && /^[\0-\xff]{20}$/.test(value)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
