import { test } from 'vitest'
import { MemoryTree } from './memory-tree.ts'
import { treeReaderPromises } from './testing/tree-reader-promises.ts'

test.each(treeReaderPromises)('a tree in memory $promise', async ({ files, hold }) => {
  await hold(new MemoryTree(files))
})
