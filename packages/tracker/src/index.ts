/**
 * The tracker: tells peers of a pack about each other over HTTP and UDP, for packs of the origin only, and counts.
 * It runs no HTTP server of its own: whoever has one hands requests to `tracker.http`.
 */
export type { Announcement, AnnounceResult, PeerAddress, SwarmStatistics } from './swarm/announcement.ts'
export { Tracker, type TrackerOptions } from './tracker.ts'
