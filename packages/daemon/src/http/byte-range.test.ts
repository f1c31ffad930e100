import { expect, test } from 'vitest'
import { parseByteRange, parseByteRanges } from './byte-range.ts'

test.each([
  [undefined, undefined],
  ['bytes=0-9', { first: 0, last: 9 }],
  ['bytes=90-', { first: 90, last: 99 }],
  ['bytes=90-500', { first: 90, last: 99 }],
  ['bytes=-10', { first: 90, last: 99 }],
  ['bytes=-500', { first: 0, last: 99 }],
  ['bytes=100-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=9-3', undefined],
  ['bytes=0-1,5-6', undefined],
  ['lines=0-1', undefined],
  ['bytes=-', undefined],
])('%s of 100 bytes is %j', (header, range) => {
  expect(parseByteRange(header, 100)).toEqual(range)
})

test.each([
  [
    'bytes=0-1,5-6',
    [
      [0, 1],
      [5, 6],
    ],
  ],
  [
    'bytes= 0-1 , -2,,500-',
    [
      [0, 1],
      [98, 99],
    ],
  ],
  ['bytes=200-,300-', 'unsatisfiable'],
  ['bytes=,', 'unsatisfiable'],
  ['bytes=0-1,x', undefined],
  ['bytes=0-,0-', undefined],
  [`bytes=${'0-0,'.repeat(65)}`, undefined],
])('%s of 100 bytes are the ranges %j', (header, expected) => {
  const ranges = parseByteRanges(header, 100)
  expect(Array.isArray(ranges) ? ranges.map(({ first, last }) => [first, last]) : ranges).toEqual(expected)
})
