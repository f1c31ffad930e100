import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeRequest, encodeAnnounce, encodeConnect, encodeError, encodeScrape } from './codec.ts'
import { ConnectionIds } from './connection-ids.ts'

const u32 = fc.nat(2 ** 32 - 1)
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const bytes20 = fc.uint8Array({ minLength: 20, maxLength: 20 })
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

test('an announce is read as BEP 15 writes it, with counters of 64 bits', () => {
  const events = ['update', 'completed', 'started', 'stopped'] as const
  fc.assert(
    fc.property(
      fc.tuple(u64, u32, bytes20, bytes20),
      fc.tuple(u64, u64, u64, fc.nat(3), fc.integer({ min: -1, max: 1000 }), fc.integer({ min: 1, max: 65_535 })),
      fc.uint8Array({ maxLength: 40 }),
      ([id, transactionId, infoHash, peerId], [downloaded, left, uploaded, event, wanted, port], options) => {
        const packet = Buffer.alloc(98)
        packet.writeBigUInt64BE(id, 0)
        packet.writeUInt32BE(1, 8)
        packet.writeUInt32BE(transactionId, 12)
        packet.set(infoHash, 16)
        packet.set(peerId, 36)
        packet.writeBigUInt64BE(downloaded, 56)
        packet.writeBigUInt64BE(left, 64)
        packet.writeBigUInt64BE(uploaded, 72)
        packet.writeUInt32BE(event, 80)
        packet.writeInt32BE(wanted, 92)
        packet.writeUInt16BE(port, 96)
        expect(decodeRequest(Buffer.concat([packet, options]))).toEqual({
          action: 'announce',
          connectionId: packet.subarray(0, 8),
          transactionId,
          infoHash: hex(infoHash),
          peerId: hex(peerId),
          downloaded,
          left,
          uploaded,
          event: events[event],
          wanted,
          port,
        })
        expect(decodeRequest(packet.subarray(0, 97))).toBeUndefined()
      },
    ),
  )
})

test('a scrape is read as BEP 15 writes it', () => {
  fc.assert(
    fc.property(u64, u32, fc.array(bytes20, { maxLength: 80 }), (id, transactionId, hashes) => {
      const head = Buffer.alloc(16)
      head.writeBigUInt64BE(id, 0)
      head.writeUInt32BE(2, 8)
      head.writeUInt32BE(transactionId, 12)
      const request = decodeRequest(Buffer.concat([head, ...hashes]))
      if (hashes.length === 0 || hashes.length > 74) expect(request).toBeUndefined()
      else expect(request).toMatchObject({ action: 'scrape', transactionId, infoHashes: hashes.map(hex) })
    }),
  )
})

test('answers are as BEP 15 says', () => {
  const id = Buffer.from('0102030405060708', 'hex')
  expect(encodeConnect(7, id).toString('hex')).toBe('00000000000000070102030405060708')
  const peers = Uint8Array.of(192, 0, 2, 1, 0x1a, 0xe1)
  expect(encodeAnnounce(7, { intervalSeconds: 120, incomplete: 2, seeders: 1, peers }).toString('hex')).toBe(
    '0000000100000007000000780000000200000001c00002011ae1',
  )
  expect(encodeScrape(7, [{ seeders: 1, completed: 3, incomplete: 2 }]).toString('hex')).toBe(
    '0000000200000007000000010000000300000002',
  )
  expect(encodeError(7, 'no').toString('hex')).toBe('00000003000000076e6f')
})

test('a connection id is good for its address, for two minutes at least and four at most, and no other is', () => {
  const ids = new ConnectionIds()
  const address = fc.oneof(
    fc.uint8Array({ minLength: 4, maxLength: 4 }),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
  )
  fc.assert(
    fc.property(address, address, fc.nat(2 ** 40), fc.nat(120_000), fc.nat(63), (mine, other, now, later, bit) => {
      const id = ids.make(mine, now)
      expect(ids.verify(id, mine, now + later)).toBe(true)
      expect(ids.verify(id, mine, now + 180_000)).toBe(false)
      expect(ids.verify(id, mine, now - 60_000)).toBe(false)
      if (hex(mine) !== hex(other)) expect(ids.verify(id, other, now)).toBe(false)
      const forged = Buffer.from(id)
      forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(ids.verify(forged, mine, now)).toBe(false)
      expect(new ConnectionIds().verify(id, mine, now)).toBe(false)
    }),
  )
})
