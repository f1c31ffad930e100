import Type, { type TSchema } from 'typebox'
import { AgentStatus } from './agent-status.ts'
import { Notification, type NotificationType, notificationMeanings, notificationTypes } from './notification.ts'
import { OverviewDocument, PackageChangesDocument, RepositoryDocument } from './overview.ts'
import { StatsDocument } from './statistics.ts'
import { SwarmDocument } from './swarm.ts'
import { MirrorDocument, TrafficDocument } from './traffic.ts'

interface Operation {
  readonly summary: string
  readonly parameters?: readonly Parameter[]
  /** Of the answer with status 200. */
  readonly answer: { readonly type: string; readonly schema: TSchema }
  /** Whether `statistics-token` guards it. */
  readonly isGuarded: boolean
}

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly description: string
  readonly schema: TSchema
}

const json = 'application/json'
const text = Type.String()
const range: Parameter = {
  name: 'range',
  in: 'query',
  description: 'how far back: 6 hours by the minute, 7 days by the quarter, a year by six hours',
  schema: Type.Union([Type.Literal('hours'), Type.Literal('days'), Type.Literal('year')]),
}
const inPath = (name: string, description: string): Parameter => ({ name, in: 'path', description, schema: text })

/** What an origin answers about itself to `GET`; feed, packs and tracker have formats of their own. */
export const originOperations: Readonly<Record<string, Operation>> = {
  '/stats.json': {
    summary: 'All statistics at once',
    answer: { type: json, schema: StatsDocument },
    isGuarded: true,
  },
  '/overview.json': {
    summary: 'What the dashboard shows first: small also for thousands of mirrors',
    answer: { type: json, schema: OverviewDocument },
    isGuarded: true,
  },
  '/traffic.json': {
    summary: 'What moved over time',
    parameters: [range],
    answer: { type: json, schema: TrafficDocument },
    isGuarded: true,
  },
  '/repositories/{name}.json': {
    summary: 'The newest snapshot of a repository: what it changed, what its check found, its packs',
    parameters: [inPath('name', 'name of the repository')],
    answer: { type: json, schema: RepositoryDocument },
    isGuarded: true,
  },
  '/package-changes/{name}.json': {
    summary: 'What the newest snapshot of a repository changed in packages; computed when it is asked for first',
    parameters: [inPath('name', 'name of the repository')],
    answer: { type: json, schema: PackageChangesDocument },
    isGuarded: true,
  },
  '/mirrors/{id}.json': {
    summary: 'A mirror, its last report and its history',
    parameters: [inPath('id', "fingerprint of its agent's key"), range],
    answer: { type: json, schema: MirrorDocument },
    isGuarded: true,
  },
  '/swarms/{infoHash}.json': {
    summary: 'Who shares a pack, as far as it is known',
    parameters: [inPath('infoHash', 'of the pack, 40 hexadecimal digits')],
    answer: { type: json, schema: SwarmDocument },
    isGuarded: true,
  },
  '/events': {
    summary:
      'Server-sent events: `published` with repository and serial; with `?statistics` also `statistics`, a hint to look again',
    parameters: [{ name: 'statistics', in: 'query', description: 'hints about statistics, too', schema: text }],
    answer: { type: 'text/event-stream', schema: text },
    isGuarded: false,
  },
  '/stats': {
    summary: 'The statistics as a plain page',
    answer: { type: 'text/html', schema: text },
    isGuarded: true,
  },
  '/metrics': {
    summary: 'Metrics for Prometheus',
    answer: { type: 'text/plain', schema: text },
    isGuarded: true,
  },
  '/healthz': {
    summary: 'Whether the program runs',
    answer: { type: json, schema: Type.Object({ status: Type.Literal('ok') }) },
    isGuarded: false,
  },
  '/readyz': {
    summary: 'Whether it can do its work; 503 when it cannot',
    answer: { type: json, schema: Type.Object({ status: text }) },
    isGuarded: false,
  },
}

/** What somebody must answer who is told an event. */
function webhook(type: NotificationType): object {
  return {
    post: {
      summary: notificationMeanings[type],
      requestBody: { required: true, content: { [json]: { schema: Notification[type] } } },
      responses: { 204: { description: 'it is taken; so is any other status from 200 to 299' } },
    },
  }
}

/** The OpenAPI 3.1 document of an origin at `url`. */
export function originOpenApi(url: string, version: string): object {
  const paths = Object.entries(originOperations).map(([path, { summary, parameters, answer, isGuarded }]) => [
    path,
    {
      get: {
        summary,
        ...(parameters && {
          parameters: parameters.map(one => ({ ...one, ...(one.in === 'path' && { required: true }) })),
        }),
        ...(isGuarded && { security: [{}, { token: [] }, { password: [] }] }),
        responses: {
          200: { description: summary, content: { [answer.type]: { schema: answer.schema } } },
          ...(isGuarded && { 401: { description: 'the token is missing or wrong' } }),
        },
      },
    },
  ])
  const report = {
    post: {
      summary: "Takes an agent's report, signed with its own key (headers X-Repocast-Key, X-Repocast-Signature)",
      requestBody: { required: true, content: { [json]: { schema: AgentStatus } } },
      responses: { 204: { description: 'it is taken' }, 502: { description: 'it is refused' } },
    },
  }
  return {
    openapi: '3.1.0',
    info: { title: 'repocast origin', version },
    servers: [{ url }],
    webhooks: Object.fromEntries(notificationTypes.map(type => [type, webhook(type)])),
    paths: { ...Object.fromEntries(paths), '/reports': report },
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        password: { type: 'http', scheme: 'basic' },
      },
    },
  }
}
