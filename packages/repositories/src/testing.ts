/** For tests: trees and snapshots in memory. */

export { type MemoryLink, MemoryTree } from './check/memory-tree.ts'
export { type TreeReaderPromise, treeReaderPromises } from './check/testing/tree-reader-promises.ts'
export { type MadeFiles, MadeSnapshots } from './snapshot/testing/made-snapshot.ts'
export { type MadeRpm, MadeYumRepository } from './yum/testing/made-yum-repository.ts'
export { XmlReader } from './yum/xml/reader.ts'
