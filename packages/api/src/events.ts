import Type, { type Static } from 'typebox'

/**
 * Event `published` of an origin's `/events`: a hint that a mirror need not wait for its next look at the feed. With
 * `channel` when that was moved to the serial.
 */
export const PublishedEvent = Type.Object({
  repository: Type.String(),
  serial: Type.Integer({ minimum: 1 }),
  channel: Type.Optional(Type.String()),
})
export type PublishedEvent = Static<typeof PublishedEvent>

/** Event `statistics` of `/events?statistics`: a hint that `/overview.json` is not as it was. */
export const StatisticsEvent = Type.Object({ generated: Type.String({ description: 'ISO 8601, UTC' }) })
export type StatisticsEvent = Static<typeof StatisticsEvent>
