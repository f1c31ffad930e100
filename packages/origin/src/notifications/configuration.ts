import { createHash } from 'node:crypto'
import { type NotificationType, notificationTypes } from '@repocast/api'
import {
  durationPattern,
  loadWebhookSecrets,
  parseDuration,
  parseShare,
  secretSourcePattern,
  sharePattern,
  type Webhook,
  webhookName,
  webhookUrlPattern,
} from '@repocast/daemon'
import { RepocastError } from '@repocast/errors'
import Type, { type Static } from 'typebox'
import type { Thresholds } from './conditions.ts'

/** `notifications` of `origin.yaml`. */
export const NotificationsConfiguration = Type.Object(
  {
    webhooks: Type.Array(
      Type.Object(
        {
          url: Type.String({ pattern: webhookUrlPattern }),
          secret: Type.Optional(Type.String({ pattern: secretSourcePattern })),
          events: Type.Optional(Type.Array(Type.Enum([...notificationTypes]))),
          repositories: Type.Optional(Type.Array(Type.String())),
        },
        { additionalProperties: false },
      ),
      {
        default: [],
        description: `Who is told: by a POST of JSON to \`url\`, signed as Standard Webhooks says when there is a \`secret\` (a file, or env:NAME, with lines of whsec_ and base64). All \`events\` unless some are named: ${notificationTypes.slice(0, -1).join(', ')}. Of all \`repositories\` unless some are named; what is of no repository is told anyway.`,
        examples: [
          [
            {
              url: 'https://hooks.example.org/repocast',
              secret: '/etc/repocast/webhook.secret',
              events: ['check.failed', 'mirror.lagging'],
              repositories: ['debian'],
            },
          ],
        ],
      },
    ),
    'lag-after': Type.String({
      pattern: durationPattern,
      default: '1h',
      description: 'A mirror that is behind for longer lags.',
    }),
    'gone-after': Type.String({
      pattern: durationPattern,
      default: '10m',
      description: 'A mirror that has not reported for so long is gone.',
    }),
    'disk-low': Type.String({
      pattern: sharePattern,
      default: '5%',
      description: "A disk is low when less of it is free: the origin's own, and those of mirrors.",
    }),
  },
  { additionalProperties: false, description: 'Webhooks that are told what happens.' },
)
export type NotificationsConfiguration = Static<typeof NotificationsConfiguration>

/** What a webhook is told of. */
export interface Subscription {
  /** Names it in the database, where its address, which may hold a token, shall not lie. */
  readonly key: string
  readonly events: ReadonlySet<NotificationType>
  /** All when it is left out. */
  readonly repositories: ReadonlySet<string> | undefined
}

/** @throws RepocastError REPOCAST_CONFIGURATION_WRONG when one address stands there twice */
export function subscriptionsOf({ webhooks }: NotificationsConfiguration): Subscription[] {
  const subscriptions = webhooks.map(({ url, events = notificationTypes, repositories }) => ({
    key: createHash('sha256').update(url).digest('hex').slice(0, 16),
    events: new Set(events),
    repositories: repositories && new Set(repositories),
  }))
  const keys = subscriptions.map(({ key }) => key)
  const twice = webhooks[keys.findIndex((key, k) => keys.indexOf(key) !== k)]
  if (twice === undefined) return subscriptions
  throw new RepocastError('REPOCAST_CONFIGURATION_WRONG', {
    message: `\`notifications.webhooks\` has one address at ${webhookName(twice)} twice`,
    hint: 'name all its events and repositories in one entry',
  })
}

/** The webhooks with their secrets, by their keys. @throws as `subscriptionsOf`; REPOCAST_WEBHOOK_SECRET_UNUSABLE */
export async function loadWebhooks(
  configuration: NotificationsConfiguration,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Map<string, Webhook>> {
  const webhooks = new Map<string, Webhook>()
  for (const [k, { key }] of subscriptionsOf(configuration).entries()) {
    const { url = '', secret } = configuration.webhooks[k] ?? {}
    const secrets = secret === undefined ? [] : await loadWebhookSecrets(secret, environment)
    webhooks.set(key, { url, secrets })
  }
  return webhooks
}

export function thresholdsOf(configuration: NotificationsConfiguration): Thresholds {
  return {
    lagSeconds: parseDuration(configuration['lag-after']),
    goneSeconds: parseDuration(configuration['gone-after']),
    diskShare: parseShare(configuration['disk-low']),
  }
}
