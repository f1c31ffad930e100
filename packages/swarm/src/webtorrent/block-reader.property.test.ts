import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BlockReader } from './block-reader.ts'

function message(type: number, content: Uint8Array): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(content.length + 1)
  head[4] = type
  return Buffer.concat([head, content])
}

function blockMessage(piece: number, offset: number, bytes: Uint8Array): Buffer {
  const place = Buffer.alloc(8)
  place.writeUInt32BE(piece)
  place.writeUInt32BE(offset, 4)
  return message(7, Buffer.concat([place, bytes]))
}

const anyMessage = fc.oneof(
  fc.constant({ kind: 'other' as const, bytes: Buffer.alloc(4) }),
  fc
    .record({ type: fc.constantFrom(0, 1, 4, 5, 6, 20), content: fc.uint8Array({ maxLength: 60 }) })
    .map(({ type, content }) => ({ kind: 'other' as const, bytes: message(type, content) })),
  fc
    .record({
      piece: fc.nat(),
      offset: fc.nat(),
      length: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(16_384)),
    })
    .map(({ piece, offset, length }) => ({
      kind: 'block' as const,
      piece,
      offset,
      bytes: Buffer.alloc(length, piece % 251),
    })),
)

test('whatever the parts in which bytes come, blocks are taken out and the rest is passed on', () => {
  fc.assert(
    fc.property(
      fc.array(anyMessage, { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 20_000 })),
      (messages, cuts) => {
        const stream = Buffer.concat([
          ...messages.map(each =>
            each.kind === 'other' ? each.bytes : blockMessage(each.piece, each.offset, each.bytes),
          ),
        ])
        const [blocks, others]: [object[], Uint8Array[]] = [[], []]
        const reader = new BlockReader({
          block: (piece, offset, bytes) => void blocks.push({ piece, offset, bytes: Buffer.from(bytes) }),
          other: bytes => void others.push(bytes),
        })
        const shared = Buffer.alloc(20_000)
        for (let [at, k] = [0, 0]; at < stream.length; k += 1) {
          const part = stream.subarray(at, at + (cuts[k % cuts.length] ?? 20_000))
          shared.set(part)
          reader.read(shared.subarray(0, part.length))
          shared.fill(0xee)
          at += part.length
        }
        expect(blocks).toEqual(
          messages.flatMap(each =>
            each.kind === 'block' ? [{ piece: each.piece, offset: each.offset, bytes: each.bytes }] : [],
          ),
        )
        const rest = messages.flatMap(each => (each.kind === 'other' ? [each.bytes] : []))
        expect(Buffer.concat(others).equals(Buffer.concat(rest))).toBe(true)
      },
    ),
  )
})

test('a message of a block that is longer than any that we ask for is passed on, for the wire to refuse', () => {
  const others: Uint8Array[] = []
  const reader = new BlockReader({ block: () => expect.unreachable(), other: bytes => void others.push(bytes) })
  const long = blockMessage(1, 0, Buffer.alloc(16_385))
  reader.read(long)
  expect(Buffer.concat(others).equals(long)).toBe(true)
})
