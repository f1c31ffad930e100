import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Format, unpacker } from '@repocast/repositories'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Lab, openLab, tryCommand } from '../lab/index.ts'

/** What each tool makes, in the ways that people call it. */
const made: readonly (readonly [Format, command: string, options: readonly string[]])[] = [
  ['gz', 'gzip', ['-c']],
  ['gz', 'gzip', ['-c', '-1', '-n']],
  ['xz', 'xz', ['-c', '-T1']],
  ['xz', 'xz', ['-c', '--check=crc32', '--block-size=10000']],
  ['xz', 'xz', ['-c', '--check=none', '-0']],
  ['bz2', 'bzip2', ['-c']],
  ['bz2', 'bzip2', ['-c', '-1']],
  ['zst', 'zstd', ['-q', '-c']],
  ['zst', 'zstd', ['-q', '-c', '--no-check', '-1']],
  ['zst', 'zstd', ['-q', '-c', '-19', '--long=27']],
]

/** Each format once: bombs take long to make. */
const firsts = made.filter(([format], k) => made.findIndex(([other]) => other === format) === k)

const pack = (command: string, options: readonly string[], input: Uint8Array): Buffer =>
  execFileSync(command, options, { input, maxBuffer: 1e9 })

/** `bytes` in chunks of `size`. */
async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function unpack(bytes: Uint8Array, format: Format, { size = 4096, maxBytes = 1e9 } = {}): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of unpacker.unpack(cut(bytes, size), format, { maxBytes })) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Lines like those of metadata, with runs, and bytes of every kind. */
const contents = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.string({ maxLength: 60 }).map(text => Buffer.from(`<package name="${text}"/>\n`)) },
      fc.record({ byte: fc.nat(255), length: fc.nat(3000) }).map(({ byte, length }) => Buffer.alloc(length, byte)),
      fc.uint8Array({ maxLength: 500 }).map(bytes => Buffer.from(bytes)),
    ),
    { maxLength: 40 },
  )
  .map(parts => Buffer.concat(parts))

describe.each(made)('%s by %s %j', (format, command, options) => {
  test('comes out as it went in, in one piece or many', async () => {
    await fc.assert(
      fc.asyncProperty(contents, fc.integer({ min: 1, max: 5000 }), async (content, size) => {
        expect((await unpack(pack(command, options, content), format, { size })).equals(content)).toBe(true)
      }),
      { numRuns: 25 },
    )
  })

  test('comes out as it went in when it is larger than what the decoder holds', async () => {
    const content = Buffer.concat([randomBytes(1.5e6), Buffer.alloc(1e6, 'same '), randomBytes(1e5), Buffer.alloc(2e6)])
    expect((await unpack(pack(command, options, content), format, { size: 65536 })).equals(content)).toBe(true)
  })

  test('several files in one are their contents in one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(contents, { minLength: 2, maxLength: 4 }),
        fc.integer({ min: 1, max: 5000 }),
        async (parts, size) => {
          const bytes = Buffer.concat(parts.map(part => pack(command, options, part)))
          expect((await unpack(bytes, format, { size })).equals(Buffer.concat(parts))).toBe(true)
        },
      ),
      { numRuns: 8 },
    )
  })

  test('damaged, cut short or with something behind, it is refused or comes out right', async () => {
    const content = Buffer.from(Array.from({ length: 4000 }, (_, k) => `line ${(k * 7919) % 1000}\n`).join(''))
    const bytes = pack(command, options, content)
    const damage = fc.oneof(
      fc.record({ at: fc.nat(bytes.length - 1), bits: fc.integer({ min: 1, max: 255 }) }).map(({ at, bits }) => {
        const damaged = Buffer.from(bytes)
        damaged[at] = (damaged[at] ?? 0) ^ bits
        return damaged
      }),
      fc.nat(bytes.length - 1).map(length => bytes.subarray(0, length)),
      fc.uint8Array({ minLength: 1, maxLength: 20 }).map(more => Buffer.concat([bytes, more])),
      fc
        .record({ at: fc.nat(bytes.length - 1), junk: fc.uint8Array({ maxLength: 50 }) })
        .map(({ at, junk }) => Buffer.concat([bytes.subarray(0, at), junk, bytes.subarray(at + junk.length)])),
    )
    const isChecked = !options.includes('--no-check') && !options.includes('--check=none')
    await fc.assert(
      fc.asyncProperty(damage, fc.integer({ min: 1, max: 5000 }), async (damaged, size) => {
        const found = await unpack(damaged, format, { size, maxBytes: 1e7 }).catch(error => error)
        if (found instanceof Buffer) {
          if (isChecked) expect(found.equals(content)).toBe(true)
        } else expect(found).toMatchObject({ name: 'Malformed', message: expect.stringMatching(/^(it|there|its) /) })
      }),
      { numRuns: 150 },
    )
    for (const length of [1, 5, bytes.length >> 1, bytes.length - 1])
      await expect(unpack(bytes.subarray(0, length), format)).rejects.toMatchObject({ name: 'Malformed' })
    await expect(unpack(Buffer.concat([bytes, Buffer.from('more')]), format)).rejects.toMatchObject({
      name: 'Malformed',
    })
  })
})

describe.each(firsts)('a bomb of %s', (format, command, options) => {
  test('is stopped, and nothing of it stays', async () => {
    const bomb = pack('sh', ['-c', `head -c 200000000 /dev/zero | "$0" "$@"`, command, ...options], Buffer.alloc(0))
    const before = process.memoryUsage.rss()
    let received = 0
    const stopped = (async () => {
      for await (const chunk of unpacker.unpack(cut(bomb, 65536), format, { maxBytes: 20e6 })) received += chunk.length
    })()
    await expect(stopped).rejects.toThrow('longer than 20000000 bytes')
    expect(received).toBeLessThanOrEqual(20e6)
    expect(process.memoryUsage.rss() - before).toBeLessThan(150e6)
  })
})

describe('what only some tools make', () => {
  test.each([
    ['--check=sha256', /checksum that repocast does not know/],
    ['--lzma2=dict=128MiB', /dictionary of more than 64 MiB/],
  ])('xz %s is told', async (option, message) => {
    const bytes = pack('xz', ['-c', option], randomBytes(1000))
    await expect(unpack(bytes, 'xz')).rejects.toThrow(message)
  })

  test('zstd with a window of 256 MiB is told', async () => {
    const bytes = pack('sh', ['-c', 'head -c 300000000 /dev/zero | zstd -q -c -1 --long=28'], Buffer.alloc(0))
    await expect(unpack(bytes, 'zst')).rejects.toThrow(/window of more than 128 MiB/)
  })

  test('gzip on a tape has zeros behind it', async () => {
    const bytes = Buffer.concat([pack('gzip', ['-c'], Buffer.from('text')), Buffer.alloc(1000)])
    expect((await unpack(bytes, 'gz')).toString()).toBe('text')
  })
})

describe('zchunk', () => {
  let lab: Lab
  beforeAll(() => {
    lab = openLab('zchunk')
  })
  afterAll(() => lab.close())

  test.for([
    ['chunks', []],
    ['one chunk', ['--manual-chunk']],
    ['nothing compressed', ['--compression-format=none']],
    ['digests of what is unpacked', ['--uncompressed']],
    ['SHA-256', ['--chunk-hash-type=sha256']],
    ['a dictionary', ['--dict=DICT']],
  ] as const)('comes out as it went in: %s', async ([, options], { skip }) => {
    const { exitCode } = await tryCommand('sh', ['-c', 'command -v zck'])
    skip(exitCode !== 0, 'zck is not installed')
    const directory = lab.newDirectory('zchunk')
    const content = Buffer.from(Array.from({ length: 20_000 }, (_, k) => `line ${(k * 7919) % 1000}\n`).join(''))
    const file = (name: string): string => join(directory, name)
    writeFileSync(file('in'), content)
    writeFileSync(file('dict'), content.subarray(0, 3000))
    const given = options.map(option => option.replace('DICT', file('dict')))
    execFileSync('zck', [...given, '-o', file('out'), file('in')])
    const bytes = await readFile(file('out'))
    expect((await unpack(bytes, 'zck', { size: 1000 })).equals(content)).toBe(true)
    for (let k = 0; k < 300; k += 1) {
      const damaged = Buffer.from(bytes)
      const at = Math.floor((k * bytes.length) / 300)
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (k % 8))
      await expect(unpack(damaged, 'zck')).rejects.toMatchObject({ name: 'Malformed' })
    }
    await expect(unpack(bytes.subarray(0, -1), 'zck')).rejects.toThrow('it ends too early')
  })
})
