import { lstatSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { objectIdOf } from '@repocast/objects'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeFiles, LookWriter, parseFiles, toMilliseconds } from './looks.ts'

const name = fc.uint8Array({ minLength: 1, maxLength: 255 }).map(bytes => Buffer.from(bytes).toString('latin1'))
const number = fc.double({ min: 0, max: 2 ** 53, noNaN: true })
const look = fc.record({
  size: fc.nat(),
  mtimeMs: number,
  ctimeMs: number,
  ino: number,
  mode: fc.nat(0o177777),
})
const id = fc.string().map(text => objectIdOf(Buffer.from(text)))
const entry = fc.oneof(
  fc.record({ type: fc.constant('file' as const), name, look, id, mtime: fc.integer() }),
  fc.record({ type: fc.constant('link' as const), name, look }),
  fc.record({
    type: fc.constant('directory' as const),
    name,
    child: fc.record({ mode: fc.nat(0o7777), mtime: fc.integer(), id, size: fc.nat() }),
  }),
)
const directory = fc.uniqueArray(entry, { maxLength: 30, selector: one => one.name })
type Entry = typeof directory extends fc.Arbitrary<infer T> ? T : never

function looksOf(entries: Entry): Buffer {
  const writer = new LookWriter()
  for (const one of entries) {
    if (one.type === 'directory') writer.directory(one.name, one.child)
    else writer[one.type](one.name, one.look)
  }
  return writer.finish()
}

test('files are found again with all that was written down of them', () =>
  fc.assert(
    fc.property(directory, entries => {
      const files = entries.filter(one => one.type === 'file')
      const known = parseFiles(looksOf(entries), encodeFiles(files))
      expect([...known.keys()]).toEqual(files.map(file => file.name))
      for (const file of files) {
        expect(known.get(file.name)).toEqual({ ...file.look, id: file.id, mtime: file.mtime })
      }
    }),
  ))

test('directories that differ in anything look different', () =>
  fc.assert(
    fc.property(directory, directory, (a, b) => {
      const bare = (entries: Entry) =>
        JSON.stringify(entries.map(one => (one.type === 'file' ? { ...one, id: '', mtime: 0 } : one)))
      expect(looksOf(a).equals(looksOf(b))).toBe(bare(a) === bare(b))
    }),
  ))

test('times from nanoseconds are those of lstat', () => {
  const directory = mkdtempSync(join(tmpdir(), 'repocast-looks-'))
  const path = join(directory, 'file')
  try {
    writeFileSync(path, '')
    fc.assert(
      fc.property(fc.double({ min: -1e9, max: 4e9, noNaN: true }), seconds => {
        utimesSync(path, seconds, seconds)
        expect(toMilliseconds(lstatSync(path, { bigint: true }).mtimeNs)).toBe(lstatSync(path).mtimeMs)
      }),
      { numRuns: 300 },
    )
  } finally {
    rmSync(directory, { recursive: true })
  }
})
