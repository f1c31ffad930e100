/** The disk: durable writes, batches of them, copies that share blocks, walking, hashing in threads. */
export { explainDiskError, onDisk } from './disk-error.ts'
export { DurableBatch, syncDirectories } from './durable/batch.ts'
export { cloneFile } from './durable/clone.ts'
export { replaceLink, syncDirectory, temporaryNameFor, temporarySuffix, writeFileDurably } from './durable/write.ts'
export type { FileRange, FileState } from './hashing/job.ts'
export { HashPool } from './hashing/pool.ts'
export { isThere, lookAt } from './look.ts'
export { type Met, walk } from './walk/walk.ts'
