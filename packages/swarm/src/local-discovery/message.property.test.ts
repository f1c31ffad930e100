import { parseInfoHash } from '@repocast/objects'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatLocalSearch, mostInMessage, parseLocalSearch } from './message.ts'

const hex = (length: number) =>
  fc.array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length }).map(each => each.join(''))

test('what is sent is understood, and fits into a datagram', () => {
  const search = fc.record({
    port: fc.integer({ min: 1, max: 65_535 }),
    infoHashes: fc.array(hex(40).map(parseInfoHash), { maxLength: mostInMessage }),
    cookie: hex(16),
  })
  fc.assert(
    fc.property(search, told => {
      const bytes = formatLocalSearch(told, 6771)
      expect(bytes.length).toBeLessThan(1400)
      expect(parseLocalSearch(bytes)).toEqual(told)
    }),
  )
})

test('other datagrams are passed over, whatever they are', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 3000 }), bytes => void parseLocalSearch(Buffer.from(bytes))))
  const lines = (...more: string[]) => Buffer.from(['BT-SEARCH * HTTP/1.1', ...more, '', ''].join('\r\n'))
  const infoHash = `Infohash: ${'ab'.repeat(20)}`
  expect(parseLocalSearch(lines(infoHash))).toBeUndefined()
  expect(parseLocalSearch(lines('Port: 0', infoHash))).toBeUndefined()
  expect(parseLocalSearch(lines('Port: 70000', infoHash))).toBeUndefined()
  expect(parseLocalSearch(Buffer.from('M-SEARCH * HTTP/1.1\r\nPort: 1\r\n\r\n'))).toBeUndefined()
  expect(parseLocalSearch(lines('Port: 1', 'Infohash: xyz', infoHash))?.infoHashes).toEqual(['ab'.repeat(20)])
  expect(
    parseLocalSearch(lines('port: 7', infoHash.toLowerCase(), ...Array(90).fill(infoHash)))?.infoHashes,
  ).toHaveLength(Math.min(40, Math.floor((2000 - 30) / 52)))
})
