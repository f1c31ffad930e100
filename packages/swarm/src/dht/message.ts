import { type Bencoded, decodeBencode, isDictionary } from '../announce/bencode.ts'

/** Node ids and info-hashes. */
const idBytes = 20
/** IPv4 address and port. */
const peerBytes = 6
const nodeBytes = idBytes + peerBytes

const longestTransaction = 32
const longestToken = 128

export type MessageKind = 'query' | 'answer'

type Fields = ReadonlyMap<string, Bencoded>

/**
 * What kind of message of BEP 5 a datagram is; undefined when it is none, or one that the library would stumble over: it
 * takes fields for what they should be, and what throws there leaves a search that never ends. Storage of values (BEP 44) is
 * no part of it: nobody keeps things with us.
 */
export function kindOfMessage(bytes: Buffer): MessageKind | undefined {
  let message: Bencoded
  try {
    message = decodeBencode(bytes)
  } catch {
    return undefined
  }
  const fields = fieldsOf(message)
  if (fields === undefined || !isString(fields.get('t'), 1, longestTransaction)) return undefined
  switch (textOf(fields.get('y'))) {
    case 'q':
      return isQuery(textOf(fields.get('q')), fieldsOf(fields.get('a'))) ? 'query' : undefined
    case 'r':
      return isResponse(fieldsOf(fields.get('r'))) ? 'answer' : undefined
    case 'e':
      return isError(fields.get('e')) ? 'answer' : undefined
    default:
      return undefined
  }
}

function isQuery(name: string, given: Fields | undefined): boolean {
  if (given === undefined || !isId(given.get('id'))) return false
  switch (name) {
    case 'ping':
      return true
    case 'find_node':
      return isId(given.get('target'))
    case 'get_peers':
      return isId(given.get('info_hash'))
    case 'announce_peer':
      return (
        isId(given.get('info_hash')) &&
        isString(given.get('token'), 1, longestToken) &&
        isWhole(given.get('port'), 65_535) &&
        isMissingOr(given.get('implied_port'), value => isWhole(value, 1))
      )
    default:
      return false
  }
}

function isResponse(given: Fields | undefined): boolean {
  return (
    given !== undefined &&
    isId(given.get('id')) &&
    isMissingOr(given.get('token'), value => isString(value, 1, longestToken)) &&
    isMissingOr(given.get('nodes'), value => isString(value) && value.length % nodeBytes === 0) &&
    isMissingOr(given.get('values'), value => isList(value) && value.every(one => isString(one, peerBytes, peerBytes)))
  )
}

/** A list of a code and a text. */
function isError(value: Bencoded | undefined): boolean {
  return isList(value) && value.every(one => typeof one === 'number' || isString(one))
}

/** Undefined when it is no dictionary, or has a key that is more than a key where the library keeps it in an object. */
function fieldsOf(value: Bencoded | undefined): Fields | undefined {
  return isDictionary(value) && !value.has('__proto__') ? value : undefined
}

function isMissingOr(value: Bencoded | undefined, is: (value: Bencoded) => boolean): boolean {
  return value === undefined || is(value)
}

function isString(value: Bencoded | undefined, least = 0, most = Number.POSITIVE_INFINITY): value is Buffer {
  return Buffer.isBuffer(value) && value.length >= least && value.length <= most
}

function isId(value: Bencoded | undefined): boolean {
  return isString(value, idBytes, idBytes)
}

function isWhole(value: Bencoded | undefined, most: number): boolean {
  return typeof value === 'number' && value >= 0 && value <= most
}

function isList(value: Bencoded | undefined): value is readonly Bencoded[] {
  return Array.isArray(value)
}

function textOf(value: Bencoded | undefined): string {
  return isString(value) ? value.toString('latin1') : ''
}
