import { type InfoHash, parseInfoHash } from '@repocast/objects'

/** Group and port of BEP 14, for IPv4. */
export const localGroup = '239.192.152.143'
export const localPort = 6771

/** Packs in one message, so that it stays below 1,400 bytes. */
export const mostInMessage = 20

/** What a peer tells its network (BEP 14). */
export interface LocalSearch {
  /** TCP port on which it listens for peers. */
  readonly port: number
  readonly infoHashes: readonly InfoHash[]
  /** By which it knows its own messages. */
  readonly cookie: string
}

/** @param groupPort to which it is sent */
export function formatLocalSearch({ port, infoHashes, cookie }: LocalSearch, groupPort: number): Buffer {
  const lines = [
    'BT-SEARCH * HTTP/1.1',
    `Host: ${localGroup}:${groupPort}`,
    `Port: ${port}`,
    ...infoHashes.map(infoHash => `Infohash: ${infoHash.toUpperCase()}`),
    `cookie: ${cookie}`,
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n\r\n`, 'latin1')
}

/** What a datagram says; undefined when it is no such message. */
export function parseLocalSearch(bytes: Buffer): LocalSearch | undefined {
  const [first, ...lines] = bytes.toString('latin1', 0, 2000).split('\r\n')
  if (!/^BT-SEARCH \* HTTP\/1\.[01]$/.test(first ?? '')) return undefined
  const fields = lines.flatMap(line => {
    const [, name, value] = /^([A-Za-z-]{1,20}): *([!-~]{1,200}) *$/.exec(line) ?? []
    return name === undefined || value === undefined ? [] : [{ name: name.toLowerCase(), value }]
  })
  const port = Number(fields.find(({ name }) => name === 'port')?.value)
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return undefined
  const hashes = fields.filter(({ name, value }) => name === 'infohash' && /^[0-9a-fA-F]{40}$/.test(value))
  return {
    port,
    infoHashes: hashes.slice(0, 2 * mostInMessage).map(({ value }) => parseInfoHash(value.toLowerCase())),
    cookie: fields.find(({ name }) => name === 'cookie')?.value ?? '',
  }
}
