import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { HashPool } from '@repocast/files'
import { encodeName } from '@repocast/objects'
import { treeReaderPromises } from '@repocast/repositories/testing'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { DiskTree } from './disk-tree.ts'

const hashPool = new HashPool({ threads: 1 })
const scratch = mkdtempSync(join(tmpdir(), 'repocast-disk-tree-'))
let directory: string
let count = 0
beforeEach(() => {
  count += 1
  directory = join(scratch, `${count}`)
  mkdirSync(directory)
})
afterAll(async () => {
  await hashPool.close()
  rmSync(scratch, { recursive: true })
})

const put = (path: string, content: Uint8Array | { readonly target: string }): void => {
  const place = encodeName(join(directory, path))
  mkdirSync(encodeName(dirname(join(directory, path))), { recursive: true })
  if (content instanceof Uint8Array) writeFileSync(place, content)
  else symlinkSync(content.target, place)
}

describe('a tree on the disk', () => {
  // A link that leads out is told by the walk, and not followed by anything else.
  const promises = treeReaderPromises.filter(({ promise }) => !promise.includes('walked from any'))
  test.each(promises)(
    '$promise',
    async ({ files, hold }) => {
      for (const [path, content] of files) put(path, content)
      await hold(new DiskTree(directory, hashPool))
    },
    60_000,
  )

  test('is walked from any directory, and not through a link', () => {
    put('c/d/e', Buffer.from('x'))
    put('dir', { target: 'c' })
    const tree = new DiskTree(directory, hashPool)
    expect([...tree.walk('c')].map(({ path }) => path)).toEqual(['c/d', 'c/d/e'])
    for (const path of ['dir', 'c/d/e', 'x']) expect([...tree.walk(path)]).toEqual([])
  })

  test('takes absolute links into the tree for what a scan makes of them', () => {
    put('pool/a', Buffer.from('hello'))
    put('dists/a', { target: join(directory, 'pool/a') })
    const tree = new DiskTree(directory, hashPool)
    expect(tree.find('dists/a')).toEqual({ type: 'f', sizeBytes: 5 })
    expect([...tree.walk('dists')]).toEqual([{ path: 'dists/a', type: 'l' }])
  })

  test('refuses what no snapshot may have', () => {
    put('a', { target: '../x' })
    const tree = new DiskTree(directory, hashPool)
    expect(() => [...tree.walk('')]).toThrow(expect.objectContaining({ code: 'REPOCAST_LINK_ESCAPES' }))
  })

  test('tells a file that is gone', async () => {
    put('a', Buffer.from('x'))
    const tree = new DiskTree(directory, hashPool)
    rmSync(join(directory, 'a'))
    await expect(tree.digest('a', 'sha256')).rejects.toMatchObject({ code: 'REPOCAST_TREE_UNSTABLE' })
    await expect(text(tree.read('a'))).rejects.toMatchObject({ code: 'REPOCAST_TREE_UNSTABLE' })
  })

  test('has to be there', () => {
    expect(() => new DiskTree(join(directory, 'none'), hashPool)).toThrow(/is not there/)
    put('file', Buffer.from('x'))
    expect(() => new DiskTree(join(directory, 'file'), hashPool)).toThrow(/is not a directory/)
  })
})
