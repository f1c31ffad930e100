import { expect, test } from 'vitest'
import { type MemoryLink, MemoryTree } from '../../check/memory-tree.ts'
import { findYum } from './finder.ts'

const empty = Buffer.from('')

test('repositories, install trees and unfinished updates are found wherever they are', () => {
  const files = new Map<string, Uint8Array | MemoryLink>([
    ['repodata/repomd.xml', empty],
    ['.treeinfo', empty],
    ['a/b/os/repodata/repomd.xml', empty],
    ['a/b/os/treeinfo', empty],
    ['a/b/os/mytreeinfo', empty],
    ['a/b/os/.repodata/repomd.xml', empty],
    ['c/repodata', { target: '../repodata' }],
    ['d/repodata/repomd.xml', { target: '../../repodata/repomd.xml' }],
    ['e/repodata/repomd.xml', { target: '../../../out' }],
    ['f/repodata/repomd.xml/file', empty],
    ['g/repodata/primary.xml', empty],
    ['h/myrepodata/repomd.xml', empty],
  ])
  expect(findYum(new MemoryTree(files))).toEqual({
    repositories: ['a/b/os', 'c', 'd', ''],
    treeInfos: ['.treeinfo', 'a/b/os/treeinfo'],
    unfinished: ['a/b/os/.repodata'],
  })
})
