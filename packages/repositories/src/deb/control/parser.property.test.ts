import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Malformed } from '../../metadata/malformed.ts'
import { type ControlOptions, ControlParser, type Paragraph, readControl } from './parser.ts'

/** The paragraphs of `text` (latin1) when it comes in pieces of `sizes` bytes, again and again. */
function parse(text: string, sizes: readonly number[] = [65536], options?: ControlOptions): Paragraph[] {
  const parser = new ControlParser(options)
  const bytes = Buffer.from(text, 'latin1')
  const found: Paragraph[] = []
  for (let [at, k] = [0, 0]; at < bytes.length; k += 1) {
    const size = sizes[k % sizes.length] ?? 1
    found.push(...parser.push(bytes.subarray(at, at + size)))
    at += size
  }
  return [...found, ...parser.end()]
}

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,12}$/)
const line = fc.stringMatching(/^[!-~\xa0-\xff]([ -~\xa0-\xff]{0,30}[!-~])?$/).filter(text => text === text.trim())
const value = fc
  .tuple(fc.oneof(fc.constant(''), line), fc.array(line, { maxLength: 4 }))
  .map(([first, more]) => [first, ...more])
const paragraph = fc.uniqueArray(fc.tuple(name, value), {
  selector: ([key]) => key.toLowerCase(),
  minLength: 1,
  maxLength: 8,
})
const file = fc.array(paragraph, { maxLength: 6 })
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 })

function write(paragraphs: readonly (readonly (readonly [string, readonly string[]])[])[], newline: string): string {
  const field = ([key, lines]: readonly [string, readonly string[]]): string =>
    `${key}: ${lines.join(`${newline} `)}${newline}`
  return paragraphs.map(fields => fields.map(field).join('')).join(newline)
}

describe('control data', () => {
  test('what is written is read, however it comes in and whatever ends its lines', () => {
    fc.assert(
      fc.property(file, sizes, fc.constantFrom('\n', '\r\n'), (paragraphs, chunks, newline) => {
        const read = parse(write(paragraphs, newline), chunks)
        const expected = paragraphs.map(fields => fields.map(([key, lines]) => [key.toLowerCase(), lines.join('\n')]))
        expect(read.map(({ fields }) => [...fields])).toEqual(expected)
      }),
    )
  })

  test('fields that nobody wants are left out, and nothing else changes', () => {
    fc.assert(
      fc.property(file, sizes, fc.uniqueArray(name), (paragraphs, chunks, names) => {
        const wanted = new Set(names.map(one => one.toLowerCase()))
        const text = write(paragraphs, '\n')
        const all = parse(text, chunks).map(({ line, fields }) => [
          line,
          [...fields].filter(([key]) => wanted.has(key)),
        ])
        expect(parse(text, chunks, { wanted }).map(({ line, fields }) => [line, [...fields]])).toEqual(all)
      }),
    )
  })

  test('any bytes are read or told as malformed, the same whatever chunks they come in', () => {
    const outcome = (text: string, chunks: readonly number[]): unknown => {
      try {
        return parse(text, chunks, { maxParagraphBytes: 100 }).map(({ line, fields }) => [line, [...fields]])
      } catch (error) {
        if (error instanceof Malformed) return 'malformed'
        throw error
      }
    }
    const noise = fc
      .array(fc.constantFrom('a', 'B', ':', ' ', '\t', '\n', '\n', '\r', '-', '\0', '\xff', '#'))
      .map(x => x.join(''))
    fc.assert(
      fc.property(noise, sizes, (text, chunks) => {
        expect(outcome(text, chunks)).toEqual(outcome(text, [1]))
      }),
    )
  })
})

test('a line of only spaces goes on with its field, as apt has it', () => {
  const [only, ...more] = parse('Package: a\nDescription: x\n  \n y\nSize: 1\n')
  expect(more).toEqual([])
  expect(only?.fields.get('description')).toBe('x\n\ny')
  expect(only?.fields.get('size')).toBe('1')
})

test.each([
  ['no colon', 'Package: a\nnonsense\n', 2],
  ['an empty name', ': a\n', 1],
  ['a name with a space', 'Pack age: a\n', 1],
  ['a comment', '#a: b\n', 1],
  ['a dash in front', '-----BEGIN PGP: x\n', 1],
  ['nothing to go on with', 'A: b\n\n c\n', 3],
  ['a field twice', 'A: b\n\nA: b\na: c\n', 4],
])('%s is malformed', (_, text, line) => {
  expect(() => parse(text)).toThrow(expect.objectContaining({ name: 'Malformed', line }))
})

test('a line without end is refused before it is in memory', async () => {
  let given = 0
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      given += 1
      yield Buffer.alloc(65536, 0x61)
    }
  }
  const read = async (): Promise<void> => {
    for await (const paragraph of readControl(endless(), { maxParagraphBytes: 1024 * 1024 }))
      expect.fail(`${paragraph}`)
  }
  await expect(read()).rejects.toThrow('a paragraph is longer than 1048576 bytes')
  expect(given).toBe(17)
})
