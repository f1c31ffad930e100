import { XmlReader } from '@repocast/repositories/testing'
import fc from 'fast-check'
import { SaxesParser } from 'saxes'
import { expect, test } from 'vitest'

/** What a reader tells about a document, or that it refuses it. */
function ours(text: string): string {
  const found: string[] = []
  const reader = new XmlReader({
    open(name, attributes) {
      found.push(`<${name} ${JSON.stringify(attributes)}`)
      return true
    },
    close: (name, text) => found.push(`>${name} ${text}`),
  })
  try {
    reader.push(Buffer.from(text))
    reader.end()
    return found.join('\n')
  } catch (error) {
    if (error instanceof Error && error.name === 'Malformed') return 'refused'
    throw error
  }
}

/** The same by a reader that looks at each character. */
function theirs(document: string): string {
  const found: string[] = []
  let text: string | undefined
  const parser = new SaxesParser({ xmlns: false })
  let isRefused = false
  parser.ENTITIES = Object.assign(Object.create(null), { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" })
  const take = (more: string): void => {
    if (text !== undefined) text += more
  }
  parser.on('error', () => {
    isRefused = true
  })
  parser.on('opentag', ({ name, attributes }) => {
    found.push(`<${name} ${JSON.stringify(attributes)}`)
    text = ''
  })
  parser.on('closetag', ({ name }) => {
    found.push(`>${name} ${text ?? ''}`)
    text = undefined
  })
  parser.on('text', take)
  parser.on('cdata', take)
  parser.write(document.replace(/^\ufeff/, '')).close()
  return isRefused ? 'refused' : found.join('\n')
}

test('it tells what saxes tells, and refuses what saxes refuses', () => {
  const words = fc.constantFrom(
    ...['<a>', '</a>', '</a >', '</ a>', '<b x="', '"', "'", '/>', '>', '<', '=', 'x', 'y=', '"1"', '<d', '<a.b/>'],
    ...['&amp;', '&#65;', '&#x41;', '&#0;', '&x;', '&toString;', '&', ';', ' ', '\r\n', '\r', '\n', '\t', 'ü', '𝄞'],
    ...[']]>', '<!--', '-->', '--', '<![CDATA[', '<?xml version="1.0"?>', '<?pi x?>', '<?', '?>', '<é/>', '<-a/>'],
    ...['<c y="1" z=\'2\'/>', '<c y="1" y="2"/>', '<c y="a\tb"/>', '<c __proto__="1"/>', '\u0001', 'a:b'],
  )
  const head = fc.constantFrom('', '<?xml version="1.0" encoding="UTF-8"?>', '\ufeff', ' ')
  const text = fc.array(words, { maxLength: 10 }).map(all => all.join(''))
  fc.assert(
    fc.property(head, text, fc.boolean(), (head, text, isInside) => {
      const document = isInside ? `${head}<r>${text}</r>` : `${head}${text}`
      const expected = theirs(document)
      expect(ours(document)).toBe(expected)
    }),
    { numRuns: 2000 },
  )
})
