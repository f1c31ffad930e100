import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Format } from '../check/unpacker.ts'
import { unpacker } from './unpacker.ts'

/** `bytes` in chunks of `size`, and what becomes of it. */
function source(bytes: Uint8Array, size = 1000): AsyncIterable<Uint8Array> & { read: number; isReturned: boolean } {
  let at = 0
  const input = {
    read: 0,
    isReturned: false,
    [Symbol.asyncIterator]: () => ({
      async next(): Promise<IteratorResult<Uint8Array>> {
        if (at >= bytes.length) return { done: true, value: undefined }
        const value = bytes.subarray(at, at + size)
        at += size
        input.read += value.length
        return { done: false, value }
      },
      async return(): Promise<IteratorResult<Uint8Array>> {
        input.isReturned = true
        return { done: true, value: undefined }
      },
    }),
  }
  return input
}

async function unpack(bytes: Uint8Array, format: Format, size?: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of unpacker.unpack(source(bytes, size), format, { maxBytes: 1e6 })) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const from = (base64: string): Buffer => Buffer.from(base64, 'base64')
const text = 'repocast repocast repocast repocast\n'
/** `text` by the tools of Debian 12. */
const packed: Readonly<Record<Format, Buffer>> = {
  none: Buffer.from(text),
  gz: gzipSync(text),
  zst: zstdCompressSync(text),
  bz2: from('QlpoOTFBWSZTWUGjtBEAAA3RgAAQQAAqANwAIAAxADAKqAbSWcPEIQrFQs+LuSKcKEgg0doIgA=='),
  xz: from(
    '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AAjABFdADkZSme4dJmCnLAypXlLQgAAAAAAAE45Rb47tIkiAAEtJBULrzwftvN9AQAAAAAEWVo=',
  ),
  zck: from(
    'AFpDSzGBypDt5NIEYcgKy4jP0vIQyCex9O1zWSLxse2nYB/T+7w9bFylaXBNSh6TELiQi1wCclcME+VQDAZYNLLHVSx9q7OAgqaDggAAAAAAAAAAAAAAAAAAAACAgMux5Jl9cQwapb9wYlbDQVGZpIAotS/9ICSFAABQcmVwb2Nhc3QgCgEAtMsR',
  ),
}
const formats = Object.keys(packed) as Format[]
const isPacked = (format: Format): boolean => format !== 'none'

test.each([
  ['repodata/primary.xml.gz', 'gz'],
  ['Packages.xz', 'xz'],
  ['Packages.bz2', 'bz2'],
  ['primary.xml.zst', 'zst'],
  ['primary.xml.zck', 'zck'],
  ['Packages', 'none'],
  ['Packages.gz.old', 'none'],
])('the ending of %s tells %s', (path, format) => expect(unpacker.formatOf(path)).toBe(format))

describe.each(formats)('%s', format => {
  test('comes out as it went in, however it is cut', async () => {
    for (let size = 1; size <= packed[format].length; size += 1)
      expect((await unpack(packed[format], format, size)).toString()).toBe(text)
  })

  test('is stopped where it grows too long', async () => {
    const unpacking = unpacker.unpack(source(packed[format]), format, { maxBytes: 10 })[Symbol.asyncIterator]()
    await expect(unpacking.next()).rejects.toMatchObject({ name: 'Malformed', message: 'it is longer than 10 bytes' })
  })

  test('lets its input go when the reader stops, at an abort and at damage', async () => {
    const long = Buffer.concat([packed[format], packed[format], packed[format]])
    const stopped = source(long, 5)
    for await (const _ of unpacker.unpack(stopped, format, { maxBytes: 1000 })) break
    expect(stopped.isReturned || stopped.read === long.length).toBe(true)

    const abort = new AbortController()
    const aborted = source(long, 5)
    const unpacking = unpacker.unpack(aborted, format, { maxBytes: 1000 }, abort.signal)[Symbol.asyncIterator]()
    abort.abort(new Error('enough'))
    await expect(unpacking.next()).rejects.toThrow('enough')
    expect(aborted.isReturned).toBe(true)
  })

  test('errors of the input come through as they are', async () => {
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield packed[format].subarray(0, 12)
      throw Object.assign(new Error('disk'), { code: 'EIO' })
    }
    const reading = (async () => {
      for await (const _ of unpacker.unpack(failing(), format, { maxBytes: 1000 }));
    })()
    await expect(reading).rejects.toMatchObject({ code: 'EIO' })
  })
})

describe.each(formats.filter(isPacked))('%s', format => {
  test('that is cut short, empty, or another format is refused', async () => {
    for (let length = 0; length < packed[format].length; length += 1)
      await expect(unpack(packed[format].subarray(0, length), format)).rejects.toMatchObject({ name: 'Malformed' })
    await expect(unpack(Buffer.alloc(0), format)).rejects.toThrow('it is empty')
    for (const other of formats.filter(one => one !== format))
      await expect(unpack(packed[other], format)).rejects.toThrow(
        `its name ends in .${format}, its content is ${other === 'none' ? 'something else' : other}`,
      )
  })

  test('random bytes behind its magic are refused, or text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.nat(40), async (bytes, kept) => {
        const damaged = Buffer.concat([packed[format].subarray(0, 6 + kept), bytes])
        const found = await unpack(damaged, format, 7).catch(error => error)
        if (!(found instanceof Buffer)) expect(found).toMatchObject({ name: 'Malformed' })
      }),
      { numRuns: 60 },
    )
  })
})

describe('bzip2 that somebody made to do harm', () => {
  /** A block whose symbols are all the first of a run, so that a decoder that counts in 32 bits never ends. */
  test('a run without end', async () => {
    const bits: string[] = []
    const put = (value: number | bigint, count: number): void => void bits.push(value.toString(2).padStart(count, '0'))
    for (const byte of Buffer.from('BZh9')) put(byte, 8)
    put(0x314159265359n, 48)
    put(0, 32 + 1 + 24)
    put(0x8000, 16)
    put(0x8000, 16)
    put(2, 3)
    put(100, 15)
    for (let k = 0; k < 100; k += 1) put(0, 1)
    // Three symbols with codes of 2 bits each: begin at 2, then no change for each.
    for (let table = 0; table < 2; table += 1) {
      put(2, 5)
      put(0, 3)
    }
    for (let k = 0; k < 100; k += 1) put(1, 2)
    put(2, 2)
    const all = bits.join('')
    const bytes = Buffer.from((all.match(/.{1,8}/g) ?? []).map(byte => Number.parseInt(byte.padEnd(8, '0'), 2)))
    await expect(unpack(bytes, 'bz2')).rejects.toThrow('a block that is too long')
  })
})
