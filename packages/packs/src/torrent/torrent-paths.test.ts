import { encodeName, objectIdOf } from '@repocast/objects'
import { describe, expect, test } from 'vitest'
import { packOf } from '../pack-of.ts'
import { TorrentPaths } from './torrent-paths.ts'

/** The paths in the torrent of blobs with these repository paths, which `#` stands for if they are not their own. */
function pathsFor(...paths: string[]): string[] {
  const given = new TorrentPaths()
  return paths.map((path, k) => {
    const id = objectIdOf(Buffer.from(`${k}`))
    const parts = given.partsOf({ kind: 'blob', id, size: 1, path }).map(part => part.toString())
    return parts.join('/') === `.repocast/blobs/${id}` ? '#' : parts.join('/')
  })
}

describe('a blob lies under its repository path', () => {
  test('unless another has it', () => expect(pathsFor('a', 'b/c', 'a', 'b/c')).toEqual(['a', 'b/c', '#', '#']))
  test('unless it is a directory of another', () => expect(pathsFor('a/b/c', 'a', 'a/b')).toEqual(['a/b/c', '#', '#']))
  test('unless another is where it has a directory', () =>
    expect(pathsFor('a', 'a/b', 'a/b/c', 'a-b')).toEqual(['a', '#', '#', 'a-b']))
  test('unless it is in the directory of repocast', () =>
    expect(pathsFor('.repocast', '.repocast/trees/x', '.repocast2/x', 'a/.repocast')).toEqual([
      '#',
      '#',
      '.repocast2/x',
      'a/.repocast',
    ]))
  test('unless no Linux could open it', () => {
    const long = Array.from({ length: 30 }, () => 'x'.repeat(200)).join('/')
    expect(encodeName(long).length).toBeGreaterThan(4096)
    expect(pathsFor(long)).toEqual(['#'])
  })
  test('unless it is deeper than any repository', () =>
    expect(pathsFor('x/'.repeat(31).concat('x'), 'y/'.repeat(32).concat('y'))).toEqual([
      'x/'.repeat(31).concat('x'),
      '#',
    ]))
})

test('a pack whose blobs claim each other’s paths opens, with every object in it', async () => {
  const { pack, plan } = await packOf({ a: '1', 'a/b': '2', '.repocast/trees/x': '3', 'a/b/c': '4' })
  expect(plan.entries.map(({ id }) => pack.indexOf(id))).toEqual([0, 1, 2, 3])
  expect(plan.entries.every((_, object) => pack.objectKind(object) === 'blob')).toBe(true)
})
