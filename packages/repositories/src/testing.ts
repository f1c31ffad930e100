/** For tests: trees in memory. */

export { type MemoryLink, MemoryTree } from './check/memory-tree.ts'
