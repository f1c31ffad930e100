/**
 * The feed: a repository in the sense of The Update Framework (TUF 1.0) whose targets are snapshot records
 * and channels. `Feed` is the origin's side, `Follower` the mirror's; a subscription link carries what a mirror trusts at first.
 */
export { type Channels, parseChannelName } from './channels/channels.ts'
export type { FeedAddressStatus } from './follow/feed-addresses.ts'
export { Follower, type FollowerOptions, type Refreshed } from './follow/follower.ts'
export { peerPortHeader } from './follow/http.ts'
export { createTrustFloor, openTrustDatabase, type TrustFloor } from './follow/trust-floor.ts'
export type { RoleName } from './keys/role-key.ts'
export { feedUrlsOf, formatLink, mostAddresses, parseFeedUrl, parseLink, type SubscriptionLink } from './link/link.ts'
export { Feed, type FeedOptions } from './publish/publisher.ts'
export { FeedRelay } from './relay/feed-relay.ts'
