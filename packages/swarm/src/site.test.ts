import { expect, test } from 'vitest'
import { Site } from './site.ts'

const peer = (site: string, host: string) => ({ site, host })

test('peers of the same name are of the site, nameless ones are not', () => {
  expect(new Site('fra').includes(peer('fra', '192.0.2.1'))).toBe(true)
  expect(new Site('fra').includes(peer('ber', '192.0.2.1'))).toBe(false)
  expect(new Site().includes(peer('', '192.0.2.1'))).toBe(false)
})

test.each([
  ['10.1.0.0/16', '10.1.2.3', true],
  ['10.1.0.0/16', '10.2.2.3', false],
  ['192.0.2.7', '192.0.2.7', true],
  ['2001:db8::/32', '2001:db8::5', true],
  ['2001:db8::/32', '10.1.2.3', false],
])('%s includes %s: %s', (network, host, isIncluded) => {
  expect(new Site('', [network]).includes(peer('', host))).toBe(isIncluded)
})

test.each(['', 'example.org', '10.0.0.0/33', '10.0.0/8'])('%j is no network', network => {
  expect(() => new Site('', [network])).toThrow()
})
