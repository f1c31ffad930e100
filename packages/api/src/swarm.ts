import Type, { type Static } from 'typebox'
import { partialSeeds } from './tracker-statistics.ts'

const bytes = Type.Integer({ minimum: 0, description: 'bytes' })
const count = Type.Integer({ minimum: 0 })

/** Somebody who shares a pack. */
export const SwarmNode = Type.Object({
  kind: Type.Union([Type.Literal('origin'), Type.Literal('mirror'), Type.Literal('client')], {
    description: 'client: anybody who does not report',
  }),
  name: Type.String(),
  mirrorId: Type.Union([Type.String(), Type.Null()]),
  held: Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()], {
    description: 'share of the pieces that it has; null: not known',
  }),
})
export type SwarmNode = Static<typeof SwarmNode>

/** Who gave how much to whom. */
export const SwarmEdge = Type.Object({
  from: Type.Integer({ minimum: 0, description: 'place in `nodes`' }),
  to: Type.Integer({ minimum: 0, description: 'place in `nodes`' }),
  bytes,
})
export type SwarmEdge = Static<typeof SwarmEdge>

/** `GET /swarms/INFOHASH.json` of an origin: who shares a pack, as far as it is known. */
export const SwarmDocument = Type.Object({
  format: Type.Literal('repocast swarm'),
  version: Type.Literal(1),
  infoHash: Type.String(),
  name: Type.String(),
  bytes,
  pieces: count,
  seeders: Type.Integer({ minimum: 0, description: 'peers of the tracker' }),
  partialSeeds,
  leechers: Type.Integer({ minimum: 0, description: 'peers of the tracker' }),
  nodes: Type.Array(SwarmNode, { description: 'those who move most; the first is the origin' }),
  othersCount: Type.Integer({ minimum: 0, description: 'mirrors that have it and do not move it now' }),
  edges: Type.Array(SwarmEdge),
  copies: Type.Object({
    holders: Type.Integer({ minimum: 0, description: 'origin and mirrors whose pieces are known' }),
    fewest: Type.Array(count, {
      description: 'holders of the rarest piece in each run of pieces that follow one another, all runs alike',
    }),
  }),
})
export type SwarmDocument = Static<typeof SwarmDocument>
