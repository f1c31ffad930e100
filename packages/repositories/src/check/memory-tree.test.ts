import { describe, expect, test } from 'vitest'
import { MemoryTree } from './memory-tree.ts'

const tree = new MemoryTree(
  new Map<string, Uint8Array | { target: string }>([
    ['a/b', Buffer.from('hello')],
    ['a/link', { target: 'b' }],
    ['dir', { target: 'a' }],
    ['out', { target: '../x' }],
    ['ring', { target: 'ring' }],
  ]),
)

describe('a tree in memory', () => {
  test('follows links inside, and only inside', () => {
    expect(tree.find('dir/link')).toEqual({ type: 'f', sizeBytes: 5 })
    expect(tree.find('')).toEqual({ type: 'd', sizeBytes: 0 })
    for (const path of ['out', 'ring', 'a/c', 'a/b/c']) expect(tree.find(path)).toBeUndefined()
  })

  test('is walked in order, directories first, links as links', () => {
    expect([...tree.walk('')].map(({ path, type }) => `${type} ${path}`)).toEqual([
      'd a',
      'f a/b',
      'l a/link',
      'l dir',
      'l out',
      'l ring',
    ])
  })

  test('tells digests', async () => {
    expect(await tree.digest('dir/link', 'md5')).toBe('5d41402abc4b2a76b9719d911017c592')
  })
})
