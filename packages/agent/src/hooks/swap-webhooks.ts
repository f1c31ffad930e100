import { createHash } from 'node:crypto'
import type { SwapNotification } from '@repocast/api'
import {
  giveUpAfterMilliseconds,
  loadWebhookSecrets,
  retryPauseSeconds,
  type SendOptions,
  secretSourcePattern,
  sendWebhook,
  type WebhookOutcome,
  webhookName,
  webhookUrlPattern,
} from '@repocast/daemon'
import { describeError, isRepocastError, type Logger } from '@repocast/errors'
import type { RepositoryName } from '@repocast/objects'
import type { UnsettledSwap } from '@repocast/store'
import Type, { type Static } from 'typebox'

/** `webhooks` of `agent.yaml`. */
export const WebhooksConfiguration = Type.Array(
  Type.Object(
    {
      url: Type.String({ pattern: webhookUrlPattern }),
      secret: Type.Optional(Type.String({ pattern: secretSourcePattern })),
      repositories: Type.Optional(Type.Array(Type.String())),
    },
    { additionalProperties: false },
  ),
  {
    default: [],
    description:
      'Who is told of each swap: by a POST of JSON to `url`, signed as Standard Webhooks says when there is a `secret` (a file, or env:NAME, with lines of whsec_ and base64). Of all `repositories` unless some are named.',
    examples: [
      [{ url: 'https://leaf.example.org/sync', secret: '/etc/repocast/webhook.secret', repositories: ['debian'] }],
    ],
  },
)
export type WebhooksConfiguration = Static<typeof WebhooksConfiguration>

export interface SwapWebhooksOptions {
  readonly repository: RepositoryName
  readonly webhooks: WebhooksConfiguration
  /** What the mirror is called, and where users find it. */
  readonly mirror: { readonly name: string; readonly publicUrl?: string | undefined }
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly sending: Omit<SendOptions, 'signal'>
  /** Waits; @throws the reason of `signal` */
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<unknown>
  readonly random: () => number
  readonly logger: Logger
}

/** Tells webhooks of swaps. */
export class SwapWebhooks {
  readonly #with: SwapWebhooksOptions
  readonly #webhooks: WebhooksConfiguration
  /** The message that is told now, and who has taken it. */
  #told = { id: '', by: new Set<string>() }

  constructor(options: SwapWebhooksOptions) {
    this.#with = options
    const { webhooks, repository } = options
    this.#webhooks = webhooks.filter(({ repositories }) => repositories?.includes(repository) ?? true)
  }

  /** Tells all of them, each again and again until it takes it, or three days are over. @throws the reason of `signal` */
  async tell(swap: UnsettledSwap, signal: AbortSignal): Promise<void> {
    const { repository, mirror } = this.#with
    const notification: SwapNotification = {
      ...{ type: 'mirror.swapped', version: 1, timestamp: swap.time.toISOString(), mirror: mirror.name },
      text: `${mirror.name} serves serial ${swap.serial} of ${repository}`,
      data: {
        ...{ repository, serial: swap.serial, previousSerial: swap.previous ?? null },
        publicUrl: mirror.publicUrl ?? null,
      },
    }
    const body = JSON.stringify(notification)
    // The same after a restart, so that receivers see that it is a repetition.
    const id = `msg_${createHash('sha256').update(body).digest('hex').slice(0, 32)}`
    if (this.#told.id !== id) this.#told = { id, by: new Set() }
    await Promise.all(this.#webhooks.map(async one => await this.#deliver(one, { id, body }, swap.time, signal)))
  }

  async #deliver(
    { url, secret }: WebhooksConfiguration[number],
    message: { readonly id: string; readonly body: string },
    since: Date,
    signal: AbortSignal,
  ): Promise<void> {
    const { sending, pause, random, logger, repository } = this.#with
    const fields = { repository, webhook: webhookName({ url }), message: message.id }
    for (let failures = 1; !this.#told.by.has(url); failures += 1) {
      const outcome = await this.#send(url, secret, message, signal)
      if (outcome.kind === 'accepted') {
        this.#told.by.add(url)
        logger.info(fields, 'a webhook was told of a swap')
        return
      }
      const { why } = outcome
      if (sending.clock().getTime() - since.getTime() > giveUpAfterMilliseconds) {
        logger.error({ ...fields, why }, 'a webhook could not be told of a swap for three days, it is given up')
        return
      }
      if (failures === 1) logger.warn({ ...fields, why }, 'a webhook does not take a swap, it is tried again')
      await pause(retryPauseSeconds(outcome, failures, random) * 1000, signal)
    }
  }

  /** With the secret as it is now, so that it can be changed without a restart. */
  async #send(
    url: string,
    secret: string | undefined,
    message: { readonly id: string; readonly body: string },
    signal: AbortSignal,
  ): Promise<WebhookOutcome> {
    const { environment, sending } = this.#with
    try {
      const secrets = secret === undefined ? [] : await loadWebhookSecrets(secret, environment)
      return await sendWebhook({ url, secrets }, message, { ...sending, signal })
    } catch (error) {
      if (!isRepocastError(error, 'REPOCAST_WEBHOOK_SECRET_UNUSABLE')) throw error
      return { kind: 'refused', why: describeError(error) }
    }
  }
}
