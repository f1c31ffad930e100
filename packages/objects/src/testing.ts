/** Fakes for tests of packages that read objects. */
export { MemoryTrees } from './memory-trees.ts'
