/**
 * The tracker: tells peers of a torrent about each other over HTTP, UDP and WebSocket, for torrents that it is told of
 * only, and counts. `Tracker` runs no HTTP server of its own: whoever has one gives it the routes of the tracker, as
 * the origin does. `runTracker` is the tracker that runs alone.
 */
export { type Address, formatAddress, parseAddress } from './address/address.ts'
export { sampleTrackerConfiguration } from './alone/configuration.ts'
export { type RunTrackerOptions, runTracker } from './alone/run-tracker.ts'
export { addTrackerRoutes } from './http/routes.ts'
export { type TokenBucketOptions, TokenBuckets } from './limits/token-buckets.ts'
export { trackerMetrics } from './metrics.ts'
export type { Announcement, AnnounceRefusal, AnnounceResult, SwarmStatistics } from './swarm/announcement.ts'
export { defaultLimits, Tracker, type TrackerCounts, type TrackerLimits, type TrackerOptions } from './tracker.ts'
