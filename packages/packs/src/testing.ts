/** Packs in memory for tests of packages that share or store them. */
export { type MemoryPack, type MemoryPackOptions, packOf } from './pack-of.ts'
