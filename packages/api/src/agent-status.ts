import Type, { type Static } from 'typebox'

const bytes = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const text = Type.String({ maxLength: 1000 })
const count = Type.Integer({ minimum: 0 })
const rate = Type.Integer({ minimum: 0, description: 'bytes per second' })
const time = Type.String({ maxLength: 40, description: 'ISO 8601, UTC' })
const infoHash = Type.String({ pattern: '^[0-9a-f]{40}$' })
const peerId = Type.String({ pattern: '^[0-9a-f]{40}$' })
const serial = Type.Union([Type.Integer({ minimum: 1 }), Type.Null()])

/** Where a mirror is with a repository. */
export const RepositoryState = Type.Union([
  Type.Literal('waiting'),
  Type.Literal('fetching'),
  Type.Literal('building'),
  Type.Literal('delayed'),
  Type.Literal('current'),
  Type.Literal('held'),
  Type.Literal('paused'),
  Type.Literal('failed'),
])
export type RepositoryState = Static<typeof RepositoryState>

export const RepositoryStatus = Type.Object(
  {
    name: Type.String({ pattern: '^[a-z0-9][a-z0-9._-]{0,63}$' }),
    state: RepositoryState,
    serial,
    newestSerial: serial,
    channel: Type.Optional(Type.String({ pattern: '^[a-z][a-z0-9._-]{0,63}$' })),
    hold: Type.Optional(Type.Integer({ minimum: 1 })),
    filter: Type.Optional(
      Type.Object(
        { files: count, bytes, leftOutFiles: count, leftOutBytes: bytes },
        { additionalProperties: false, description: 'what is served where a filter leaves out something' },
      ),
    ),
    bytesDone: bytes,
    bytesWanted: bytes,
    secondsLeft: Type.Optional(
      Type.Integer({
        minimum: 0,
        description: 'until what is wanted is here, at the rate of now; while it is fetched',
      }),
    ),
    lagSeconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        description: 'since when something newer than what is served could be; 0: nothing is',
      }),
    ),
    looked: Type.Optional(
      Type.Union([time, Type.Null()], { description: 'when the feed was read and verified last; null: not yet' }),
    ),
    peers: Type.Optional(count),
    downloadedBytes: Type.Optional(bytes),
    uploadedBytes: Type.Optional(bytes),
    downloadRate: Type.Optional(rate),
    uploadRate: Type.Optional(rate),
    kept: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1 }), {
        maxItems: 1000,
        description: 'serials that can be served without the network',
      }),
    ),
    swapDue: Type.Optional(
      Type.String({ maxLength: 40, description: 'when a snapshot that waits is to be served, ISO 8601, UTC' }),
    ),
    hookFailures: Type.Optional(
      Type.Integer({ minimum: 0, description: 'runs of hooks that did not end with exit code 0, since the start' }),
    ),
    feeds: Type.Optional(
      Type.Array(
        Type.Object(
          {
            url: text,
            state: Type.Union([
              Type.Literal('unknown'),
              Type.Literal('good'),
              Type.Literal('behind'),
              Type.Literal('failing'),
            ]),
            error: Type.Optional(Type.Object({ code: text, message: text }, { additionalProperties: false })),
          },
          { additionalProperties: false },
        ),
        { maxItems: 100, description: 'the addresses of the feed, and what each gave last' },
      ),
    ),
    swapped: Type.Union([time, Type.Null()], { description: 'when the served snapshot took its place' }),
    error: Type.Union([Type.Object({ code: text, message: text }, { additionalProperties: false }), Type.Null()]),
  },
  { additionalProperties: false },
)
export type RepositoryStatus = Static<typeof RepositoryStatus>

/** How a pack moves on a mirror: what it has of it, and who gave. */
export const PackReport = Type.Object(
  {
    infoHash,
    pieces: Type.Union([Type.Literal('all'), Type.String({ maxLength: 100_000 })], {
      description: 'pieces that are held: "all", or a bit for each, the first in the highest bit, base64',
    }),
    received: Type.Array(Type.Object({ peerId, bytes }, { additionalProperties: false }), {
      maxItems: 64,
      description: 'who gave how much over the connections that are open now',
    }),
    webSeedBytes: bytes,
  },
  { additionalProperties: false },
)
export type PackReport = Static<typeof PackReport>

/** What the disk with the data directory has. */
export const DiskStatus = Type.Object({ freeBytes: bytes, totalBytes: bytes }, { additionalProperties: false })
export type DiskStatus = Static<typeof DiskStatus>

/** How far the scrub is that looks for damaged files, and what it has found. */
export const ScrubStatus = Type.Object(
  {
    isRunning: Type.Boolean(),
    done: Type.Number({ minimum: 0, maximum: 1, description: 'of the round under way' }),
    finished: Type.Union([time, Type.Null()], {
      description: 'when the last round ended, ISO 8601; null: none did',
    }),
    objects: count,
    bytes,
    found: Type.Integer({ minimum: 0, description: 'damages, ever' }),
    healed: count,
    lost: Type.Integer({ minimum: 0, description: 'objects that are damaged and not healed yet' }),
  },
  { additionalProperties: false },
)
export type ScrubStatus = Static<typeof ScrubStatus>

const limit = Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
  description: 'bytes per second; null: without limit',
})
const limits = {
  uploadRate: limit,
  downloadRate: limit,
  until: Type.Union([time, Type.Null()], { description: 'when other limits hold; null: never' }),
}

/** What may move now, by configuration and schedule. */
export const LimitStatus = Type.Object(
  {
    ...limits,
    repositories: Type.Array(
      Type.Object({ name: RepositoryStatus.properties.name, ...limits }, { additionalProperties: false }),
      { maxItems: 1000, description: 'those with limits of their own, within the limits for all' },
    ),
  },
  { additionalProperties: false },
)
export type LimitStatus = Static<typeof LimitStatus>

/** `GET /status.json` of an agent, and the body of its reports. */
export const AgentStatus = Type.Object(
  {
    format: Type.Literal('repocast agent status'),
    version: Type.Literal(1),
    program: text,
    name: Type.String({ minLength: 1, maxLength: 200 }),
    time,
    started: time,
    publicUrl: Type.Union([Type.String({ maxLength: 500, pattern: '^https?://' }), Type.Null()], {
      description: 'where users find the repositories, each under /NAME/',
    }),
    peerId,
    repositories: Type.Array(RepositoryStatus, { maxItems: 1000 }),
    downloadedBytes: bytes,
    uploadedBytes: bytes,
    fromMirrorsBytes: bytes,
    fromOriginBytes: bytes,
    fromWebSeedBytes: bytes,
    downloadRate: rate,
    uploadRate: rate,
    peers: count,
    dhtNodes: Type.Optional(
      Type.Integer({ minimum: 0, description: 'known nodes of the DHT; missing where it is not joined' }),
    ),
    disk: Type.Union([DiskStatus, Type.Null()], { description: 'null: it cannot be told' }),
    packs: Type.Array(PackReport, { maxItems: 16, description: 'those that move now' }),
    scrub: Type.Optional(ScrubStatus),
    limits: Type.Optional(LimitStatus),
  },
  { additionalProperties: false },
)
export type AgentStatus = Static<typeof AgentStatus>
