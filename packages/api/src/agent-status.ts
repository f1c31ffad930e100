import Type, { type Static } from 'typebox'

const bytes = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const text = Type.String({ maxLength: 1000 })
const serial = Type.Union([Type.Integer({ minimum: 1 }), Type.Null()])

/** Where a mirror is with a repository. */
export const RepositoryState = Type.Union([
  Type.Literal('waiting'),
  Type.Literal('fetching'),
  Type.Literal('building'),
  Type.Literal('current'),
  Type.Literal('failed'),
])
export type RepositoryState = Static<typeof RepositoryState>

export const RepositoryStatus = Type.Object(
  {
    name: Type.String({ pattern: '^[a-z0-9][a-z0-9._-]{0,63}$' }),
    state: RepositoryState,
    serial,
    newestSerial: serial,
    bytesDone: bytes,
    bytesWanted: bytes,
    error: Type.Union([Type.Object({ code: text, message: text }, { additionalProperties: false }), Type.Null()]),
  },
  { additionalProperties: false },
)
export type RepositoryStatus = Static<typeof RepositoryStatus>

/** `GET /status.json` of an agent, and the body of its reports. */
export const AgentStatus = Type.Object(
  {
    format: Type.Literal('repocast agent status'),
    version: Type.Literal(1),
    program: text,
    name: Type.String({ minLength: 1, maxLength: 200 }),
    time: Type.String({ maxLength: 40, description: 'ISO 8601, UTC' }),
    repositories: Type.Array(RepositoryStatus, { maxItems: 1000 }),
    downloadedBytes: bytes,
    uploadedBytes: bytes,
    fromMirrorsBytes: bytes,
    fromOriginBytes: bytes,
    fromWebSeedBytes: bytes,
    peers: Type.Integer({ minimum: 0 }),
  },
  { additionalProperties: false },
)
export type AgentStatus = Static<typeof AgentStatus>
