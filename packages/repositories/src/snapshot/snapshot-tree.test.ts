import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { treeReaderPromises } from '../check/testing/tree-reader-promises.ts'
import { SnapshotTree } from './snapshot-tree.ts'
import { MadeSnapshots } from './testing/made-snapshot.ts'

describe('a snapshot', () => {
  test.each(treeReaderPromises)('$promise', async ({ files, hold }) => {
    const snapshots = new MadeSnapshots()
    await hold(new SnapshotTree(snapshots, snapshots.add(files)))
  })

  test('computes no digest twice, not of one content under two names and not at the same time', async () => {
    const snapshots = new MadeSnapshots()
    const bytes = Buffer.from('the same')
    const root = snapshots.add(
      new Map([
        ['a', bytes],
        ['b', bytes],
      ]),
    )
    const tree = new SnapshotTree(snapshots, root)
    const digests = await Promise.all([tree.digest('a', 'md5'), tree.digest('b', 'md5')])
    expect(digests).toEqual([digests[0], await tree.digest('a', 'md5')])
    expect(await tree.digest('a', 'sha256')).toHaveLength(64)
    expect(snapshots.reads).toHaveLength(1)
  })

  test('knows digests from before', async () => {
    const snapshots = new MadeSnapshots()
    const root = snapshots.add(new Map([['a', Buffer.from('a')]]))
    const tree = new SnapshotTree(snapshots, root, { get: () => 'known', add: () => {} })
    expect(await tree.digest('a', 'sha512')).toBe('known')
    expect(snapshots.reads).toEqual([])
  })

  test('reads a directory once, however often it is asked for', () => {
    const snapshots = new MadeSnapshots()
    const tree = new SnapshotTree(snapshots, snapshots.add(new Map([['a/b/c', Buffer.from('a')]])))
    for (let k = 0; k < 10; k += 1) tree.find('a/b/c')
    expect(snapshots.trees.reads).toBe(3)
  })

  test('says what is missing', async () => {
    const snapshots = new MadeSnapshots()
    const tree = new SnapshotTree(snapshots, snapshots.add(new Map()))
    await expect(tree.digest('a', 'md5')).rejects.toMatchObject({ code: 'REPOCAST_OBJECT_MISSING' })
  })

  test('stops reading when it is told to', async () => {
    const snapshots = new MadeSnapshots()
    const tree = new SnapshotTree(snapshots, snapshots.add(new Map([['a', Buffer.from('abc')]])))
    const stopped = AbortSignal.abort(new Error('stop'))
    await expect(text(tree.read('a', stopped))).rejects.toThrow('stop')
    await expect(tree.digest('a', 'md5', stopped)).rejects.toThrow('stop')
  })
})
