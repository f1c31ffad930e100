import { newMessageId, sendWebhook, type WebhookOutcome, webhookName } from '@repocast/daemon'
import { loadOriginConfiguration } from '../configuration.ts'
import { OriginLayout } from '../layout.ts'
import type { OriginOptions } from '../open-origin.ts'
import { loadWebhooks, subscriptionsOf } from './configuration.ts'
import { bodyOf, Outbox, type WebhookTotals } from './outbox.ts'

/** What `repocast origin notify` tells of a webhook. */
export interface WebhookStatus extends WebhookTotals {
  /** Host and port. */
  readonly webhook: string
  readonly isSigned: boolean
  readonly events: readonly string[]
  /** Null: all. */
  readonly repositories: readonly string[] | null
}

/** `repocast origin notify`: works whether the daemon runs or not. @throws as `loadOriginConfiguration`, `loadWebhooks`, `openDatabase` */
export async function listWebhooks({ data, environment, clock }: OriginOptions): Promise<WebhookStatus[]> {
  const layout = new OriginLayout(data)
  const configuration = await loadOriginConfiguration(layout, environment)
  const webhooks = await loadWebhooks(configuration.notifications, environment)
  const subscriptions = subscriptionsOf(configuration.notifications)
  const outbox = new Outbox({ path: layout.notifications, origin: configuration.url, subscriptions, clock })
  try {
    return subscriptions.flatMap(({ key, events, repositories }) => {
      const webhook = webhooks.get(key)
      if (webhook === undefined) return []
      const about = { webhook: webhookName(webhook), isSigned: webhook.secrets.length > 0, events: [...events] }
      return [{ ...about, repositories: repositories ? [...repositories] : null, ...outbox.totals(key) }]
    })
  } finally {
    outbox.close()
  }
}

/** What came of a test event. */
export type WebhookTest = WebhookOutcome & { readonly webhook: string }

/**
 * `repocast origin notify --test`: sends an event of the type `test` to every webhook, once and now, whatever it is
 * told otherwise. @throws as `listWebhooks`; the reason of the signal
 */
export async function testWebhooks(
  { data, environment, clock }: OriginOptions,
  { program, signal }: { readonly program: string; readonly signal: AbortSignal },
): Promise<WebhookTest[]> {
  const configuration = await loadOriginConfiguration(new OriginLayout(data), environment)
  const webhooks = await loadWebhooks(configuration.notifications, environment)
  const event = { type: 'test', data: {}, text: `a test of the webhooks of ${configuration.url}` } as const
  const body = bodyOf(event, configuration.url, clock())
  const sending = { fetch: globalThis.fetch, clock, program: `repocast/${program}`, signal }
  return await Promise.all(
    [...webhooks.values()].map(async webhook => ({
      webhook: webhookName(webhook),
      ...(await sendWebhook(webhook, { id: newMessageId(), body }, sending)),
    })),
  )
}
