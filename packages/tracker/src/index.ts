/**
 * The tracker: tells peers of a pack about each other over HTTP and UDP, for packs of the origin only, and counts.
 * It runs no HTTP server of its own: whoever has one gives it the routes of the tracker.
 */
export { type Address, formatAddress, parseAddress } from './address/address.ts'
export { addTrackerRoutes } from './http/routes.ts'
export type { Announcement, AnnounceRefusal, AnnounceResult, SwarmStatistics } from './swarm/announcement.ts'
export { defaultLimits, Tracker, type TrackerCounts, type TrackerLimits, type TrackerOptions } from './tracker.ts'
