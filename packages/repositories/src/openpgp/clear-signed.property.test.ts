import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sameText, splitClearSigned } from './clear-signed.ts'

const signature = '-----BEGIN PGP SIGNATURE-----\n\niQ==\n=abcd\n-----END PGP SIGNATURE-----\n'

/** As gpg --clearsign writes it (RFC 9580, 7.1). */
function clearSign(text: string): string {
  const escaped = text.replace(/^-/gm, '- -')
  return `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n${escaped}${signature}`
}

const line = fc.oneof(
  fc.stringMatching(/^[ -~\xa0-\xff]{0,20}$/),
  fc.constantFrom('-', '- -', '-----BEGIN PGP SIGNATURE-----'),
)
const text = fc.array(line.map(one => one.replace(/[ \t\r]+$/, ''))).map(lines => lines.map(one => `${one}\n`).join(''))

describe('a clear-signed message', () => {
  test('gives back what was signed', () => {
    fc.assert(
      fc.property(text, signed => {
        const split = splitClearSigned(Buffer.from(clearSign(signed), 'latin1'))
        expect(split.content.toString('latin1')).toBe(signed)
        expect(split.signature).toBe(signature)
      }),
    )
  })

  test.each([
    ['text before it', `Origin: evil\n${clearSign('A: b\n')}`],
    ['text behind it', `${clearSign('A: b\n')}Origin: evil\n`],
    ['another message behind it', clearSign('A: b\n') + clearSign('A: c\n')],
    ['a field in its head', clearSign('A: b\n').replace('Hash: SHA512', 'Origin: evil')],
    ['a head without end', '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n'],
    ['no signature', '-----BEGIN PGP SIGNED MESSAGE-----\n\nA: b\n'],
    ['a signature without end', clearSign('A: b\n').replace(/-----END.*\n/, '')],
    ['an unescaped dash', clearSign('A: b\n').replace('A: b', '-A: b')],
    ['nothing at all', ''],
  ])('is refused with %s', (_, message) => {
    expect(() => splitClearSigned(Buffer.from(message))).toThrow(expect.objectContaining({ name: 'Malformed' }))
  })
})

test('texts are the same but for white space at the ends of lines', () => {
  const same = (a: string, b: string): boolean => sameText(Buffer.from(a), Buffer.from(b))
  expect(same('A: b \r\nC: d', 'A: b\nC: d\n\n')).toBe(true)
  expect(same('A: b\n', 'A:  b\n')).toBe(false)
})
