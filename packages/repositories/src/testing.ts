/** For tests: trees in memory. */

export { type MemoryLink, MemoryTree } from './check/memory-tree.ts'
export { type TreeReaderPromise, treeReaderPromises } from './check/testing/tree-reader-promises.ts'
