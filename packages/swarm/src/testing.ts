/** A storage in memory, for tests of whoever shares packs. */
export { MemoryStorage } from './memory-storage.ts'
