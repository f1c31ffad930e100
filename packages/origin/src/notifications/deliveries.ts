import {
  giveUpAfterMilliseconds,
  retryPauseSeconds,
  type SendOptions,
  sendWebhook,
  type Webhook,
  type WebhookOutcome,
  webhookName,
} from '@repocast/daemon'
import { describeError, type Logger } from '@repocast/errors'
import type { Delivery, Outbox } from './outbox.ts'

export interface DeliveriesOptions {
  readonly outbox: Outbox
  /** By their keys. */
  readonly webhooks: ReadonlyMap<string, Webhook>
  readonly sending: Omit<SendOptions, 'signal'>
  readonly random: () => number
  readonly logger: Logger
}

const lookMilliseconds = 250
const afterErrorMilliseconds = 5000

/** Tells webhooks what waits for them in the outbox, to each one thing at a time. `stop` it. */
export class Deliveries {
  readonly #options: DeliveriesOptions
  readonly #stopped = new AbortController()
  readonly #busy = new Map<string, Promise<void>>()
  /** When something waits for a webhook that is not busy, milliseconds since 1970. */
  readonly #due = new Map<string, number>()
  #version: number | undefined
  /** Webhooks whose last request failed. */
  readonly #failing = new Set<string>()
  #timer: NodeJS.Timeout | undefined

  constructor(options: DeliveriesOptions) {
    this.#options = options
  }

  start(): void {
    if (this.#options.webhooks.size === 0) return
    // other processes add as well
    this.#timer = setInterval(() => this.#look(), lookMilliseconds)
    this.#timer.unref()
  }

  /** What is being told now is told again after the next start. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#stopped.abort()
    await Promise.all(this.#busy.values())
  }

  /** Asks the outbox about a webhook only when something was added, or when it is time. */
  #look(): void {
    const { outbox, webhooks, sending } = this.#options
    const { version } = outbox
    const isNew = version !== this.#version
    this.#version = version
    const now = sending.clock().getTime()
    for (const [key, webhook] of webhooks) {
      if (this.#busy.has(key) || !(isNew || now >= (this.#due.get(key) ?? 0))) continue
      const work = this.#work(key, webhook)
        .catch((error: unknown) => this.#failed(webhook, error))
        .then(due => void this.#due.set(key, due))
        .finally(() => this.#busy.delete(key))
      this.#busy.set(key, work)
    }
  }

  /** Tells a webhook what is due. @returns when there is more */
  async #work(key: string, webhook: Webhook): Promise<number> {
    const { outbox, sending } = this.#options
    const { signal } = this.#stopped
    for (;;) {
      signal.throwIfAborted()
      const delivery = outbox.next(key)
      if (delivery === undefined) return Number.POSITIVE_INFINITY
      if (delivery.next > sending.clock().getTime()) return delivery.next
      const { message: id, body } = delivery
      this.#settle(key, webhook, delivery, await sendWebhook(webhook, { id, body }, { ...sending, signal }))
    }
  }

  /** @returns when it is tried again */
  #failed(webhook: Webhook, error: unknown): number {
    const { sending, logger } = this.#options
    if (!this.#stopped.signal.aborted)
      logger.error({ webhook: webhookName(webhook), error: describeError(error) }, 'a webhook could not be told')
    return sending.clock().getTime() + afterErrorMilliseconds
  }

  #settle(key: string, webhook: Webhook, delivery: Delivery, outcome: WebhookOutcome): void {
    const { outbox, sending, random, logger } = this.#options
    const fields = { webhook: webhookName(webhook), type: delivery.type, message: delivery.message }
    if (outcome.kind === 'accepted') {
      outbox.accepted(key, delivery)
      if (this.#failing.delete(key)) logger.info(fields, 'a webhook takes events again')
      return
    }
    const { kind, why } = outcome
    const now = sending.clock().getTime()
    if (now - delivery.created > giveUpAfterMilliseconds) {
      outbox.givenUp(key, delivery)
      logger.error({ ...fields, why }, 'an event could not be told for three days and is given up')
      return
    }
    const seconds = retryPauseSeconds(outcome, delivery.failures + 1, random)
    outbox.failed(key, delivery, { next: new Date(now + seconds * 1000), holds: kind === 'unavailable', why })
    if (!this.#failing.has(key)) logger.warn({ ...fields, why }, 'a webhook does not take an event, it is tried again')
    this.#failing.add(key)
  }
}
