import Type, { type Static } from 'typebox'
import { LimitStatus } from './agent-status.ts'

const bytes = Type.Integer({ minimum: 0, description: 'bytes' })
const rate = Type.Integer({ minimum: 0, description: 'bytes per second' })

/** Somebody whom an agent is connected with. Addresses are not told. */
export const AgentPeer = Type.Object({
  client: Type.String({ description: 'its name for itself' }),
  kind: Type.Union([Type.Literal('origin'), Type.Literal('mirror')], {
    description: 'mirror: anybody but the origin, stock clients too',
  }),
  packs: Type.Integer({ minimum: 1, description: 'packs that it is connected about' }),
  downloadedBytes: bytes,
  uploadedBytes: bytes,
  downloadRate: rate,
  uploadRate: rate,
})
export type AgentPeer = Static<typeof AgentPeer>

/** A failure of an update. */
export const AgentFailure = Type.Object({
  time: Type.String({ description: 'ISO 8601, UTC' }),
  repository: Type.String(),
  code: Type.String(),
  message: Type.String(),
})
export type AgentFailure = Static<typeof AgentFailure>

/** `GET /activity.json` of an agent: what its page shows besides its status. */
export const AgentActivity = Type.Object({
  format: Type.Literal('repocast agent activity'),
  version: Type.Literal(1),
  limits: Type.Object({
    ...LimitStatus.properties,
    connections: Type.Integer({ minimum: 1 }),
  }),
  peers: Type.Array(AgentPeer, { description: 'those that move most' }),
  failures: Type.Array(AgentFailure, { description: 'since the start, newest first' }),
})
export type AgentActivity = Static<typeof AgentActivity>
