/**
 * Packs between peers. A `Swarm` shares packs over BitTorrent: it serves what their storages have, fetches the pieces
 * that are wanted, from mirrors before the origin and over HTTP when no peer delivers, and announces them at their
 * trackers. webtorrent carries connections and messages; what is asked of whom is chosen by the picker here.
 */

export type { Clock } from './clock.ts'
export type { DhtChoice } from './dht/dht-node.ts'
export type { SwarmEvents } from './events.ts'
export { Networks } from './guards/networks.ts'
export type { PeerLists } from './guards/peer-filter.ts'
export type { GroupedRates, LimitRates } from './limits/budgets.ts'
export type { SwarmLimits } from './limits/limits.ts'
export type { SharedPack } from './shared-pack.ts'
export { Site } from './site.ts'
export type { PackStatus, PeerStatus, Rates, SwarmStatus } from './status.ts'
export type { PieceStorage } from './storage.ts'
export { createSwarm, type Swarm, type SwarmOptions } from './swarm.ts'
export type { SwarmPack } from './swarm-pack.ts'
export type { TrafficCounts } from './transfer/traffic.ts'
export type { Encryption } from './webtorrent/encryption.ts'
