import { expect, test } from 'vitest'
import { agoText, amount, bytesText, durationText } from './quantities.ts'

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.50 KiB'],
  [12_000_000, '11.4 MiB'],
  [2 ** 30 * 250, '250 GiB'],
])('%i bytes are %s', (bytes, text) => expect(bytesText(bytes)).toBe(text))

test.each([
  [59.9, '59 s'],
  [60, '1 min'],
  [7300, '2 h'],
  [172_800, '2 days'],
])('%d seconds are %s', (seconds, text) => expect(durationText(seconds)).toBe(text))

test('a time is so long ago, and never in the future', () => {
  expect(agoText('2026-11-21T08:00:00Z', Date.parse('2026-11-21T08:02:30Z'))).toBe('2 min ago')
  expect(agoText('2026-11-21T08:00:10Z', Date.parse('2026-11-21T08:00:00Z'))).toBe('0 s ago')
})

test('one is told from many', () => {
  expect([amount(1, 'mirror'), amount(1200, 'mirror'), amount(2, 'repository', 'repositories')]).toEqual([
    '1 mirror',
    '1,200 mirrors',
    '2 repositories',
  ])
})
