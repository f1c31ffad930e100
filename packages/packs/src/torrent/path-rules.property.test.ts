import { decodeName, whyUnsafeName } from '@repocast/objects'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { whyUnsafePart } from './path-rules.ts'

const part = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .constantFrom('', '.', '..', '...', '.a', 'a/b', 'a\0', '\\', 'a'.repeat(255), 'a'.repeat(256))
    .map(s => Buffer.from(s)),
)

test('a part of a path is refused on bytes exactly when the name is refused as text', () => {
  fc.assert(
    fc.property(part, bytes => {
      const padded = Buffer.concat([Buffer.from('/'), bytes, Buffer.from('\0')])
      const refused = whyUnsafePart(padded, 1, 1 + bytes.length) !== undefined
      expect(refused).toBe(whyUnsafeName(decodeName(bytes)) !== undefined)
    }),
  )
})
