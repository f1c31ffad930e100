import Type, { type Static } from 'typebox'
import { AgentStatus } from './agent-status.ts'
import { MirrorStatistics } from './statistics.ts'

const bytes = Type.Integer({ minimum: 0, description: 'bytes' })
const count = Type.Integer({ minimum: 0 })

/** What moved over time: columns of the same length. Times when nobody told are left out. */
export const History = Type.Object({
  resolutionSeconds: Type.Integer({ minimum: 1 }),
  times: Type.Array(Type.Integer(), { description: 'start of each run of `resolutionSeconds`, seconds since 1970' }),
  givenBytes: Type.Array(bytes),
  takenBytes: Type.Array(bytes),
  fromOriginBytes: Type.Array(bytes, { description: 'of those taken' }),
  lagSeconds: Type.Array(count, { description: 'the longest in this time' }),
})
export type History = Static<typeof History>

/** What moved in all. */
export const TrafficTotals = Type.Object({ givenBytes: bytes, takenBytes: bytes, fromOriginBytes: bytes })
export type TrafficTotals = Static<typeof TrafficTotals>

/** `GET /traffic.json?range=hours|days|year` of an origin. */
export const TrafficDocument = Type.Object({
  format: Type.Literal('repocast traffic'),
  version: Type.Literal(1),
  mirrors: History,
  origin: History,
  totals: Type.Object({
    mirrors: TrafficTotals,
    origin: TrafficTotals,
  }),
})
export type TrafficDocument = Static<typeof TrafficDocument>

/** `GET /mirrors/ID.json` of an origin. */
export const MirrorDocument = Type.Object({
  format: Type.Literal('repocast mirror'),
  version: Type.Literal(1),
  mirror: MirrorStatistics,
  status: AgentStatus,
  history: History,
  totals: TrafficTotals,
})
export type MirrorDocument = Static<typeof MirrorDocument>
