import { isRepocastError } from '@repocast/errors'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BencodeReader } from './reader.ts'
import { BencodeWriter, encodeDictionary } from './writer.ts'

function skips(text: string | Buffer): boolean {
  const bytes = Buffer.from(text as string, 'latin1')
  const reader = new BencodeReader(bytes)
  try {
    reader.skip()
    return reader.position === bytes.length
  } catch (error) {
    if (isRepocastError(error, 'REPOCAST_PACK_MALFORMED')) return false
    throw error
  }
}

// The examples of BEP 3, https://www.bittorrent.org/beps/bep_0003.html
test.each([
  '4:spam',
  '0:',
  'i3e',
  'i-3e',
  'i0e',
  'l4:spam4:eggse',
  'd3:cow3:moo4:spam4:eggse',
  'd4:spaml1:a1:bee',
  'le',
])('%s is bencoded', text => expect(skips(text)).toBe(true))

test.each([
  ['nothing', ''],
  ['minus zero', 'i-0e'],
  ['a leading zero', 'i03e'],
  ['a length with a leading zero', '03:abc'],
  ['an integer without digits', 'ie'],
  ['an integer without end', 'i3'],
  ['a fraction', 'i1.5e'],
  ['a plus sign', 'i+1e'],
  ['an integer beyond 2^53', 'i9007199254740993e'],
  ['a string that is cut off', '5:abc'],
  ['a length beyond 2^53', '99999999999999999999:a'],
  ['a negative length', '-1:a'],
  ['a list without end', 'l1:a'],
  ['a dictionary without end', 'd1:ai1e'],
  ['a key without value', 'd1:ae'],
  ['a key that is no string', 'di1ei1ee'],
  ['keys out of order', 'd1:bi1e1:ai1ee'],
  ['a key twice', 'd1:ai1e1:ai1ee'],
  ['the empty key twice', 'd0:i1e0:i1ee'],
  ['a bomb of nested lists', 'l'.repeat(100_000)],
  ['a bomb of nested dictionaries', 'd1:a'.repeat(100_000)],
  ['something behind the end', 'i1ee'],
  ['another character', 'x'],
])('%s is refused', (_, text) => expect(skips(text)).toBe(false))

test('a dictionary with more keys than any of ours is not collected', () => {
  const keys = Array.from({ length: 1000 }, (_, k) => `4:${String(k).padStart(4, '0')}i1e`).join('')
  expect(() => new BencodeReader(Buffer.from(`d${keys}e`)).dictionary()).toThrow(/more than 64 keys/)
})

test('what is written is read', () => {
  const keys = fc.dictionary(fc.stringMatching(/^[a-z ]{1,8}$/), fc.uint8Array({ maxLength: 100 }))
  fc.assert(
    fc.property(keys, fc.array(fc.maxSafeInteger()), (strings, integers) => {
      const list = new BencodeWriter().raw('l')
      for (const value of integers) list.integer(value)
      const entries = Object.entries(strings).map(([k, v]) => [k, new BencodeWriter().string(v).bytes()] as const)
      const bytes = encodeDictionary(new Map([...entries, ['~', list.raw('e').bytes()]]))
      const reader = new BencodeReader(bytes)
      const spans = reader.dictionary()
      expect(reader.position).toBe(bytes.length)
      for (const [key, value] of Object.entries(strings)) {
        reader.position = spans.get(key)?.start ?? -1
        expect(bytes.subarray(reader.string(), reader.position)).toEqual(Buffer.from(value))
      }
      reader.position = (spans.get('~')?.start ?? -2) + 1
      for (const value of integers) expect(reader.integer()).toBe(value)
      expect(reader.takeEnd()).toBe(true)
    }),
  )
})

test('a writer grows without losing what it holds', () => {
  const long = Buffer.alloc(200_000, 'x')
  const bytes = new BencodeWriter().integer(7).string(long).integer(8).bytes()
  expect(bytes.equals(Buffer.concat([Buffer.from('i7e200000:'), long, Buffer.from('i8e')]))).toBe(true)
})
