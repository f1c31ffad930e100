import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Networks } from './networks.ts'
import { PeerFilter } from './peer-filter.ts'

/** An address as its bits. */
const v4 = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 })
const v6 = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 16, maxLength: 16 })

function text(bytes: readonly number[]): string {
  if (bytes.length === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, k) =>
    (((bytes[2 * k] ?? 0) << 8) | (bytes[2 * k + 1] ?? 0)).toString(16),
  )
  return groups.join(':')
}

const bitsOf = (bytes: readonly number[]) => bytes.map(byte => byte.toString(2).padStart(8, '0')).join('')

/** A network, and an address that has its first bits, or nearly so. */
const cases = fc.oneof(v4, v6).chain(network =>
  fc.record({
    network: fc.constant(network),
    prefix: fc.integer({ min: 0, max: network.length * 8 }),
    flips: fc.array(fc.integer({ min: 0, max: network.length * 8 - 1 }), { maxLength: 3 }),
  }),
)

test('a network includes the addresses that begin with its bits, and no others', () => {
  fc.assert(
    fc.property(cases, ({ network, prefix, flips }) => {
      const address = [...network]
      for (const bit of flips) address[bit >> 3] = (address[bit >> 3] ?? 0) ^ (128 >> (bit & 7))
      const isInside = bitsOf(address).slice(0, prefix) === bitsOf(network).slice(0, prefix)
      const networks = new Networks([`${text(network)}/${prefix}`])
      expect(networks.includes(text(address))).toBe(isInside)
      if (network.length > 4) return
      const [a = 0, b = 0, c = 0, d = 0] = address
      const inHexadecimal = [(a << 8) | b, (c << 8) | d].map(group => group.toString(16)).join(':')
      for (const clothes of [text(address), inHexadecimal, `${inHexadecimal}%eth0`])
        expect(networks.includes(`::ffff:${clothes}`)).toBe(isInside)
    }),
    { numRuns: 1000 },
  )
})

test('IPv4 and IPv6 are apart', () => {
  fc.assert(
    fc.property(v4, v6, (four, six) => {
      fc.pre(!text(six).startsWith('0:0:0:0:0:ffff:'))
      expect(new Networks(['0.0.0.0/0']).includes(text(six))).toBe(false)
      expect(new Networks(['::/0']).includes(text(four))).toBe(false)
    }),
  )
})

test.each(['', 'example.org', '10.0.0.0/33', '10.0.0/8', '10.0.0.0/8/8', '10.0.0.0/', '::/129', '10.0.0.0/-1'])(
  '%j is no network',
  network => {
    expect(() => new Networks([network])).toThrow()
  },
)

test('a filter lets in who is allowed and not blocked', () => {
  const filter = new PeerFilter()
  expect(filter.admits('192.0.2.1')).toBe(true)
  filter.set({ allow: ['10.0.0.0/8', '2001:db8::/32'], block: ['10.9.0.0/16'] })
  const hosts = [
    '10.1.2.3',
    '::ffff:10.1.2.3',
    '10.9.1.1',
    '192.0.2.1',
    '2001:db8::7',
    '2001:db9::7',
    'example.org',
    '',
  ]
  expect(hosts.map(host => filter.admits(host))).toEqual([true, true, false, false, true, false, false, false])
  filter.set({ allow: [], block: ['10.9.0.0/16'] })
  expect(hosts.map(host => filter.admits(host))).toEqual([true, true, false, true, true, true, false, false])
  expect(() => filter.set({ allow: ['x'], block: [] })).toThrow()
  expect(filter.admits('10.9.1.1')).toBe(false)
})
