import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Malformed } from '../../metadata/malformed.ts'
import { XmlReader } from './reader.ts'

/** What a reader tells about `bytes` that come in pieces of `size`; the text of elements named in `wanted`. */
function events(bytes: Uint8Array, size = bytes.length, wanted = /./): string[] {
  const found: string[] = []
  const reader = new XmlReader({
    open(name, attributes, depth) {
      found.push(`${depth} <${name} ${JSON.stringify(attributes)}`)
      return wanted.test(name)
    },
    close: (name, text, depth) => found.push(`${depth} >${name} ${text}`),
  })
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size))
  reader.end()
  return found
}

const read = (text: string, size?: number, wanted?: RegExp): string[] => events(Buffer.from(text), size, wanted)

test('elements, their attributes and the text directly in them', () => {
  const text =
    '<?xml version="1.0" encoding="utf-8"?>\n<a x="1&amp;2"><!-- no --><b>t&lt;<![CDATA[<&]]>&#252;</b><c/>tail</a>\n'
  expect(read(text, 1, /[bc]/)).toEqual(['1 <a {"x":"1&2"}', '2 <b {}', '2 >b t<<&ü', '2 <c {}', '2 >c ', '1 >a '])
})

test('the same whatever pieces it comes in, or refused all the same', () => {
  const outcome = (bytes: Uint8Array, size: number): unknown => {
    try {
      return events(bytes, size)
    } catch (error) {
      if (error instanceof Malformed) return 'malformed'
      throw error
    }
  }
  const word = fc.constantFrom(
    '<a>',
    '</a>',
    '<b x="',
    '"',
    '/>',
    '&amp;',
    '&x;',
    ' ',
    '\r\n',
    'ü',
    '𝄞',
    ']]>',
    '<!--',
    '-->',
  )
  const noise = fc.array(word, { maxLength: 12 }).map(words => Buffer.from(`<a>${words.join('')}</a>`))
  fc.assert(
    fc.property(noise, fc.integer({ min: 1, max: 9 }), (bytes, size) => {
      expect(outcome(bytes, size)).toEqual(outcome(bytes, bytes.length))
    }),
  )
})

describe('what is refused', () => {
  test.each([
    ['nothing', '', 1],
    ['no element', '<?xml version="1.0"?>\n', 2],
    ['an element that is left open', '<a>\n<b>\n', 3],
    ['an element that another closes', '<a>\n</b>', 2],
    ['text behind the root', '<a/>\nx', 2],
    ['a document type declaration', '<!DOCTYPE a>\n<a/>', 1],
    ['an entity that is not predefined', '<a>\n&nbsp;</a>', 2],
    ['a property of all objects as entity', '<a>&toString;</a>', 1],
    ['a character that XML forbids', '<a>&#0;</a>', 1],
    ['an attribute twice', '<a b="" b=""/>', 1],
    ['another encoding', '<?xml version="1.0" encoding="latin1"?><a/>', 1],
  ])('%s', (_, text, line) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ name: 'Malformed', line }))
  })

  test('what is not UTF-8', () => {
    expect(() => events(Buffer.from('<a>\xfc</a>', 'latin1'))).toThrow('it is not UTF-8')
    expect(() => events(Buffer.from('<a></a>ü').subarray(0, -1))).toThrow('it is not UTF-8')
    expect(() => events(Buffer.from('<a/>', 'utf16le'))).toThrow(Malformed)
  })
})
