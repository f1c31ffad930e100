/**
 * The tracker: tells peers of a torrent about each other over HTTP, UDP and WebSocket, for torrents that it is told of
 * only, and counts. `Tracker` runs no HTTP server of its own: whoever has one gives it the routes of the tracker, as
 * the origin does. `runTracker` is the tracker that runs alone.
 */
export { type Address, parseAddress } from './address/address.ts'
export { sampleTrackerConfiguration } from './alone/configuration.ts'
export { runTracker } from './alone/run-tracker.ts'
export { addTrackerRoutes } from './http/routes.ts'
export { TokenBuckets } from './limits/token-buckets.ts'
export { trackerMetrics } from './metrics.ts'
export { Tracker } from './tracker.ts'
