import { isIPv4, isIPv6 } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatAddress, isLoopback, parseAddress } from './address.ts'

test('an address is written as it was read', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), bytes => {
      const parsed = parseAddress(bytes.join('.'))
      if (parsed) expect(formatAddress(parsed)).toBe(bytes.join('.'))
      else expect(bytes[0] === 0 || (bytes[0] ?? 0) >= 224).toBe(true)
    }),
  )
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), bytes => {
      fc.pre(bytes[0] !== 255 && bytes[0] !== 0)
      const text = formatAddress(bytes)
      expect(isIPv6(text)).toBe(true)
      expect(parseAddress(text)).toEqual(bytes)
    }),
  )
})

test('no text is anything but an address or nothing', () => {
  const text = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ maxLength: 20 }), fc.stringMatching(/^[0-9a-f:.%]{0,24}$/))
  fc.assert(
    fc.property(text, one => {
      const parsed = parseAddress(one)
      if (parsed) expect(isIPv4(one) ? [4] : isIPv6(one) ? [4, 16] : []).toContain(parsed.length)
    }),
  )
})

test('what others could not reach is no address', () => {
  for (const text of ['0.0.0.0', '224.0.0.1', '::', 'ff02::1', 'fe80::1%eth0', '1.2.3', '1.2.3.4.5', '256.1.1.1', '']) {
    expect(parseAddress(text), text).toBeUndefined()
  }
  expect(parseAddress('::ffff:192.0.2.1')).toEqual(Uint8Array.of(192, 0, 2, 1))
  expect(parseAddress('::ffff:c000:201')).toEqual(Uint8Array.of(192, 0, 2, 1))
  expect(
    ['127.0.0.1', '::1', '127.9.9.9', '::2', '10.0.0.1'].map(one => isLoopback(parseAddress(one) ?? new Uint8Array(4))),
  ).toEqual([true, true, true, false, false])
})
