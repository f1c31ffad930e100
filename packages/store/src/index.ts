/**
 * The store: objects as plain files, packs, the pieces of packs over objects, snapshots, generations and the swap.
 * Files are the truth; the catalog, an SQLite database, is an index of them. Both sides have one: an origin ingests
 * into it, an agent receives pieces into it and checks snapshots out of it.
 */

export { openCatalog } from './catalog/catalog.ts'
export type { CollectOptions } from './collect/collect.ts'
export type { Collection, CollectionLog } from './collect/collection-log.ts'
export type { CollectionPlan } from './collect/plan-collection.ts'
export { Losses } from './damage/losses.ts'
export type { Finding, Scrub } from './damage/scrub.ts'
export { ScrubLog, type ScrubState } from './damage/scrub-log.ts'
export type { Generation } from './generations/generation-rows.ts'
export type { Generations } from './generations/generations.ts'
export type { Grace } from './generations/kept-files.ts'
export { Layout } from './layout.ts'
export type { AdoptedLook } from './objects/adopted-files.ts'
export type { Ingest, IngestMethod } from './objects/ingest.ts'
export type { ObjectFiles } from './objects/object-files.ts'
export { Orders, type StandingOrders } from './orders/orders.ts'
export { PackShelf } from './packs/pack-shelf.ts'
export type { PackStorage } from './pieces/pack-storage.ts'
export type { ScanCache, ScannedDirectory } from './scan/scan-cache.ts'
export {
  type Selection,
  type SelectionBase,
  type Selections,
  type SelectionTree,
  selected,
} from './selections/selections.ts'
export type { ChannelIndex } from './snapshots/channel-index.ts'
export type { Inventory } from './snapshots/inventory.ts'
export { Snapshots } from './snapshots/snapshots.ts'
export { openStore, type Store, type StoreOptions } from './store.ts'
export type { UnsettledSwap } from './swaps/unsettled-swaps.ts'
export type { WaitingSnapshot } from './swaps/waiting-snapshots.ts'
