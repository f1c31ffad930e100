import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeAnnounce, encodeScrape } from './answer.ts'
import { parseAnnounceQuery, parseScrapeQuery } from './query.ts'

const bytes20 = fc.uint8Array({ minLength: 20, maxLength: 20 })
/** As clients encode bytes: each in one of the ways that there are. */
const encode = (bytes: Uint8Array, how: number) =>
  [...bytes]
    .map(byte => {
      const character = String.fromCharCode(byte)
      if (how > 0 && /[A-Za-z0-9._~-]/.test(character)) return character
      if (how > 1 && byte === 32) return '+'
      const hex = byte.toString(16).padStart(2, '0')
      return `%${how === 1 ? hex.toUpperCase() : hex}`
    })
    .join('')

test('an announce is read as it was written, in any order of its fields', () => {
  const count = fc.maxSafeNat()
  const announce = fc.record({
    infoHash: bytes20,
    port: fc.integer({ min: 1, max: 65_535 }),
    event: fc.constantFrom('started', 'stopped', 'completed', 'update'),
    left: count,
    uploaded: count,
    downloaded: count,
    wanted: fc.option(fc.nat(1000), { nil: undefined }),
    isCompact: fc.boolean(),
    ip: fc.option(fc.ipV6(), { nil: undefined }),
  })
  fc.assert(
    fc.property(announce, bytes20, fc.nat(2), fc.array(fc.double()), ({ infoHash, ...rest }, peerId, how, order) => {
      const { port, event, left, uploaded, downloaded, wanted, isCompact, ip } = rest
      const fields = [
        `info_hash=${encode(infoHash, how)}`,
        `peer_id=${encode(peerId, how)}`,
        `port=${port}&left=${left}&uploaded=${uploaded}&downloaded=${downloaded}&compact=${Number(isCompact)}`,
        `key=&event=${event === 'update' ? '' : event}`,
        ...(wanted === undefined ? [] : [`numwant=${wanted}`]),
        ...(ip === undefined ? [] : [`ip=${encodeURIComponent(ip)}`]),
      ]
      const shuffled = fields.map((field, k) => ({ field, at: order[k] ?? 0 })).sort((a, b) => a.at - b.at)
      const parsed = parseAnnounceQuery(shuffled.map(({ field }) => field).join('&'))
      expect(parsed).toEqual({ infoHash: Buffer.from(infoHash).toString('hex'), ...rest })
    }),
  )
})

test('no query is anything but an announce, a scrape, or a sentence', () => {
  const piece = fc.constantFrom(
    'info_hash=',
    'peer_id=',
    'port=',
    '%',
    '%4',
    '%gg',
    '&',
    '=',
    '\xff',
    'Ā',
    'a'.repeat(20),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), pieces => {
      const announce = parseAnnounceQuery(pieces.join(''))
      if (typeof announce !== 'string') expect(announce.infoHash).toMatch(/^[0-9a-f]{40}$/)
      const scrape = parseScrapeQuery(pieces.join(''))
      if (typeof scrape !== 'string') for (const hash of scrape) expect(hash).toMatch(/^[0-9a-f]{40}$/)
    }),
  )
})

test('answers are bencoded, peers as bytes or as a list', () => {
  const result = { intervalSeconds: 120, minIntervalSeconds: 5, seeders: 1, partialSeeds: 4, leechers: 2, completed: 3 }
  const peers = {
    ipv4: Uint8Array.of(192, 0, 2, 1, 0x1a, 0xe1),
    ipv6: Uint8Array.from([0x20, 1, 0xd, 0xb8, ...Array.from({ length: 11 }, () => 0), 9, 0x1a, 0xe1]),
  }
  const head = 'd8:completei1e10:downloadedi3e11:downloadersi2e10:incompletei6e8:intervali120e12:min intervali5e'
  expect(encodeAnnounce({ ...result, peers }, true).toString('latin1')).toBe(
    `${head}5:peers6:\xc0\x00\x02\x01\x1a\xe16:peers618:\x20\x01\x0d\xb8${'\0'.repeat(11)}\x09\x1a\xe1e`,
  )
  expect(encodeAnnounce({ ...result, peers }, false).toString('latin1')).toBe(
    `${head}5:peersld2:ip9:192.0.2.14:porti6881eed2:ip11:2001:db8::94:porti6881eeee`,
  )
  const swarm = {
    infoHash: '00'.repeat(20),
    seeders: 1,
    partialSeeds: 4,
    leechers: 2,
    completed: 3,
    uploadedBytes: 0,
    downloadedBytes: 0,
  }
  expect(encodeScrape([swarm]).toString('latin1')).toBe(
    `d5:filesd20:${'\0'.repeat(20)}d8:completei1e10:downloadedi3e11:downloadersi2e10:incompletei6eeee`,
  )
})
