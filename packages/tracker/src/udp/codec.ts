/* The messages of BEP 15, all numbers big endian. */

const protocolId = 0x41727101980n
const actions = { connect: 0, announce: 1, scrape: 2, error: 3 } as const
const events = ['update', 'completed', 'started', 'stopped'] as const

interface RequestBase {
  /** Chosen by the client, 4 bytes. */
  readonly transactionId: number
}

export type UdpRequest =
  | (RequestBase & { readonly action: 'connect' })
  | (RequestBase & {
      readonly action: 'announce'
      readonly connectionId: Buffer
      readonly infoHash: string
      readonly peerId: string
      readonly downloaded: bigint
      readonly left: bigint
      readonly uploaded: bigint
      readonly event: (typeof events)[number]
      /** Negative: as many as the tracker likes to give. */
      readonly wanted: number
      readonly port: number
    })
  | (RequestBase & { readonly action: 'scrape'; readonly connectionId: Buffer; readonly infoHashes: readonly string[] })

/** At most so many torrents in one scrape (BEP 15). */
const maxScraped = 74

/** The request in a packet, undefined when it is none: whoever sends such gets no answer. */
export function decodeRequest(packet: Buffer): UdpRequest | undefined {
  if (packet.length < 16) return undefined
  const connectionId = packet.subarray(0, 8)
  const transactionId = packet.readUInt32BE(12)
  switch (packet.readUInt32BE(8)) {
    case actions.connect:
      return connectionId.readBigUInt64BE() === protocolId ? { action: 'connect', transactionId } : undefined
    case actions.announce:
      return decodeAnnounce(packet, connectionId, transactionId)
    case actions.scrape:
      return decodeScrape(packet, connectionId, transactionId)
    default:
      return undefined
  }
}

function decodeAnnounce(packet: Buffer, connectionId: Buffer, transactionId: number): UdpRequest | undefined {
  if (packet.length < 98) return undefined
  const event = events[packet.readUInt32BE(80)]
  const port = packet.readUInt16BE(96)
  if (event === undefined || port === 0) return undefined
  return {
    action: 'announce',
    connectionId,
    transactionId,
    infoHash: packet.toString('hex', 16, 36),
    peerId: packet.toString('hex', 36, 56),
    downloaded: packet.readBigUInt64BE(56),
    left: packet.readBigUInt64BE(64),
    uploaded: packet.readBigUInt64BE(72),
    event,
    wanted: packet.readInt32BE(92),
    port,
  }
}

function decodeScrape(packet: Buffer, connectionId: Buffer, transactionId: number): UdpRequest | undefined {
  const count = (packet.length - 16) / 20
  if (!Number.isInteger(count) || count < 1 || count > maxScraped) return undefined
  const infoHashes = Array.from({ length: count }, (_, k) => packet.toString('hex', 16 + k * 20, 36 + k * 20))
  return { action: 'scrape', connectionId, transactionId, infoHashes }
}

function header(action: number, transactionId: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt32BE(action, 0)
  bytes.writeUInt32BE(transactionId, 4)
  return bytes
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [k, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, k * 4)
  return bytes
}

export function encodeConnect(transactionId: number, connectionId: Buffer): Buffer {
  return Buffer.concat([header(actions.connect, transactionId), connectionId])
}

export interface UdpAnnounceAnswer {
  readonly intervalSeconds: number
  /** Peers that have not all. */
  readonly incomplete: number
  readonly seeders: number
  /** In the compact form, all of the family that the packet is sent over. */
  readonly peers: Uint8Array
}

export function encodeAnnounce(transactionId: number, answer: UdpAnnounceAnswer): Buffer {
  const { intervalSeconds, incomplete, seeders, peers } = answer
  const bytes = Buffer.allocUnsafe(20 + peers.length)
  bytes.writeUInt32BE(actions.announce, 0)
  bytes.writeUInt32BE(transactionId, 4)
  bytes.writeUInt32BE(intervalSeconds, 8)
  bytes.writeUInt32BE(incomplete, 12)
  bytes.writeUInt32BE(seeders, 16)
  bytes.set(peers, 20)
  return bytes
}

export function encodeScrape(
  transactionId: number,
  swarms: readonly { readonly seeders: number; readonly completed: number; readonly incomplete: number }[],
): Buffer {
  const rows = swarms.map(({ seeders, completed, incomplete }) => numbers(seeders, completed, incomplete))
  return Buffer.concat([header(actions.scrape, transactionId), ...rows])
}

export function encodeError(transactionId: number, message: string): Buffer {
  return Buffer.concat([header(actions.error, transactionId), Buffer.from(message)])
}
