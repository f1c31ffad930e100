import { isRepocastError } from '@repocast/errors'
import { expect, test } from 'vitest'
import { bytesPattern, parseBytes, parseDuration, parseRate, parseShare, ratePattern, sharePattern } from './parse.ts'

test.each([
  ['50Mbit/s', 6_250_000],
  ['2.5MB/s', 2_500_000],
  ['800kB/s', 800_000],
  ['10Gbit/s', 1_250_000_000],
  ['8000bit/s', 1000],
])('%s is %i bytes per second', (text, bytesPerSecond) => {
  expect(parseRate(text)).toBe(bytesPerSecond)
  expect(text).toMatch(new RegExp(ratePattern))
})

test.each(['', '50', '50Mbit', '50 Mbit/s', '-1MB/s', '0MB/s', '1B/s', '5mb/s', '1e9B/s'])('%j is no rate', text => {
  expect(() => parseRate(text)).toThrow(expect.objectContaining({ code: 'REPOCAST_QUANTITY_MALFORMED' }))
})

test('a duration is a number and a unit', () => {
  expect([parseDuration('90'), parseDuration('10m'), parseDuration('2d')]).toEqual([90, 600, 172_800])
  try {
    parseDuration('soon')
    expect.unreachable()
  } catch (error) {
    expect(isRepocastError(error, 'REPOCAST_QUANTITY_MALFORMED')).toBe(true)
  }
})

test.each([
  ['2%', 0.02],
  ['0%', 0],
  ['12.5%', 0.125],
  ['100%', 1],
])('%s is a share of %d', (text, share) => {
  expect(parseShare(text)).toBe(share)
  expect(text).toMatch(new RegExp(sharePattern))
})

test.each([
  ['5GB', 5e9],
  ['1.5TB', 1.5e12],
  ['0B', 0],
  ['800kB', 800_000],
])('%s are %d bytes', (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes)
  expect(text).toMatch(new RegExp(bytesPattern))
})

test.each(['', '2', '101%', '-1%', '5G', '5 GB', '5GiB'])('%j is neither a share nor bytes', text => {
  for (const parse of [parseShare, parseBytes]) {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'REPOCAST_QUANTITY_MALFORMED' }))
  }
})
