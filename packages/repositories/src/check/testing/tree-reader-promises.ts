import { deepEqual, equal } from 'node:assert/strict'
import { text } from 'node:stream/consumers'
import type { MemoryLink } from '../memory-tree.ts'
import type { TreeReader } from '../tree-reader.ts'

/** Contents or links by path. */
type Files = ReadonlyMap<string, Uint8Array | MemoryLink>

/** Something that every tree reader keeps. */
export interface TreeReaderPromise {
  readonly promise: string
  readonly files: Files
  /** @throws when `tree`, which was made of `files`, does not keep it */
  readonly hold: (tree: TreeReader) => void | Promise<void>
}

function filesOf(files: Readonly<Record<string, string>>): Files {
  return new Map(
    Object.entries(files).map(([path, content]) => [
      path,
      content.startsWith('-> ') ? { target: content.slice(3) } : Buffer.from(content),
    ]),
  )
}

const some = filesOf({
  'a/b': 'hello',
  'a/link': '-> b',
  'a/up': '-> ../c/d',
  'c/d/e': 'deep',
  dir: '-> a',
  out: '-> ../x',
  absolute: '-> /a/b',
  ring: '-> ring',
  'tie/one': '-> two',
  'tie/two': '-> one',
  dangling: '-> a/nothing',
})

/** l0 -> l1 -> … -> l39 -> end; `long` is one link more. */
const chain = filesOf({
  end: 'the end',
  long: '-> l0',
  ...Object.fromEntries(Array.from({ length: 40 }, (_, k) => [`l${k}`, k === 39 ? '-> end' : `-> l${k + 1}`])),
})

/** The suite for implementations of `TreeReader`, the one in memory too. */
export const treeReaderPromises: readonly TreeReaderPromise[] = [
  {
    promise: 'finds files and directories',
    files: some,
    hold: tree => {
      deepEqual(tree.find('a/b'), { type: 'f', sizeBytes: 5 })
      for (const path of ['', 'a', 'c/d']) deepEqual(tree.find(path), { type: 'd', sizeBytes: 0 })
      for (const path of ['x', 'a/c', 'a/b/c', 'c/d/e/f']) equal(tree.find(path), undefined)
    },
  },
  {
    promise: 'follows links inside, and only inside',
    files: some,
    hold: tree => {
      deepEqual(tree.find('dir/link'), { type: 'f', sizeBytes: 5 })
      deepEqual(tree.find('dir/up/e'), { type: 'f', sizeBytes: 4 })
      deepEqual(tree.find('dir/up'), { type: 'd', sizeBytes: 0 })
      for (const path of ['out', 'absolute', 'ring', 'tie/one', 'dangling', 'ring/a']) equal(tree.find(path), undefined)
    },
  },
  {
    promise: 'follows 40 links, not more',
    files: chain,
    hold: tree => {
      deepEqual(tree.find('l0'), { type: 'f', sizeBytes: 7 })
      equal(tree.find('long'), undefined)
    },
  },
  {
    promise: 'is walked in byte order, directories first, links as links',
    files: filesOf({
      'b/z': '',
      'b/a/x': '',
      'b.c': '',
      é: '',
      '\u{1F600}': '',
      '\uFFFD': '',
      '\uDCFF': '',
      a: '-> b',
    }),
    hold: tree => {
      const walked = [...tree.walk('')].map(({ path, type }) => `${type} ${path}`)
      deepEqual(walked, [
        ...['l a', 'd b', 'd b/a', 'f b/a/x', 'f b/z', 'f b.c'],
        ...['f é', 'f \uFFFD', 'f \u{1F600}', 'f \uDCFF'],
      ])
    },
  },
  {
    promise: 'is walked from any directory, and not through a link',
    files: some,
    hold: tree => {
      deepEqual(
        [...tree.walk('c')].map(({ path }) => path),
        ['c/d', 'c/d/e'],
      )
      for (const path of ['dir', 'a/b', 'x']) deepEqual([...tree.walk(path)], [])
    },
  },
  {
    promise: 'reads files, through links too',
    files: some,
    hold: async tree => {
      for (const path of ['a/b', 'dir/link']) {
        equal(await text(tree.read(path)), 'hello')
      }
    },
  },
  {
    promise: 'tells digests',
    files: some,
    hold: async tree => {
      equal(await tree.digest('dir/link', 'md5'), '5d41402abc4b2a76b9719d911017c592')
      equal(await tree.digest('a/b', 'sha1'), 'aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d')
      const sha256 = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'
      equal(await tree.digest('a/b', 'sha256'), sha256)
    },
  },
  {
    promise: 'finds each of many files in one directory',
    files: new Map(Array.from({ length: 3000 }, (_, k) => [`pool/p${k}.rpm`, Buffer.from(`${k}`)])),
    hold: tree => {
      for (let k = 0; k < 3000; k += 1) equal(tree.find(`pool/p${k}.rpm`)?.sizeBytes, `${k}`.length)
      for (const path of ['pool/a', 'pool/p17', 'pool/z']) equal(tree.find(path), undefined)
      equal([...tree.walk('pool')].length, 3000)
    },
  },
]
