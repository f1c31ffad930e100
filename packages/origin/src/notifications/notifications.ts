import { type Webhook, webhookName } from '@repocast/daemon'
import { describeError, type Logger } from '@repocast/errors'
import type { OriginConfiguration } from '../configuration.ts'
import type { OriginLayout } from '../layout.ts'
import type { PublishedSnapshots } from '../published-snapshots.ts'
import type { Statistics } from '../statistics.ts'
import { conditionsOf } from './conditions.ts'
import { loadWebhooks, subscriptionsOf, thresholdsOf } from './configuration.ts'
import { Deliveries } from './deliveries.ts'
import { Outbox, type WebhookTotals } from './outbox.ts'
import { tellConditions, tellPublished } from './tell.ts'

export interface NotificationSurroundings {
  readonly configuration: OriginConfiguration
  readonly layout: OriginLayout
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly snapshots: PublishedSnapshots
  readonly statistics: Statistics
  /** Version of the program. */
  readonly program: string
  readonly clock: () => Date
  readonly logger: Logger
}

const conditionsMilliseconds = 5000

/** What the daemon does about webhooks: sees what happens, and tells it. `stop` it. */
export class Notifications {
  readonly #with: NotificationSurroundings
  readonly #webhooks: ReadonlyMap<string, Webhook>
  readonly #outbox: Outbox
  readonly #deliveries: Deliveries
  readonly #timer: NodeJS.Timeout

  /** @throws RepocastError REPOCAST_CONFIGURATION_WRONG, REPOCAST_WEBHOOK_SECRET_UNUSABLE; what `openDatabase` throws */
  static async start(surroundings: NotificationSurroundings): Promise<Notifications> {
    const { configuration, environment } = surroundings
    return new Notifications(surroundings, await loadWebhooks(configuration.notifications, environment))
  }

  private constructor(surroundings: NotificationSurroundings, webhooks: ReadonlyMap<string, Webhook>) {
    const { configuration, layout, program, clock, logger } = surroundings
    this.#with = surroundings
    this.#webhooks = webhooks
    const subscriptions = subscriptionsOf(configuration.notifications)
    this.#outbox = new Outbox({ path: layout.notifications, origin: configuration.url, subscriptions, clock })
    this.#outbox.forgetOthers()
    this.#deliveries = new Deliveries({
      ...{ outbox: this.#outbox, webhooks, logger },
      sending: { fetch: globalThis.fetch, clock, program: `repocast/${program}` },
      random: Math.random,
    })
    this.#deliveries.start()
    const started = clock()
    this.#timer = setInterval(() => this.#orTell(() => this.#lookAtConditions(started)), conditionsMilliseconds)
    this.#timer.unref()
    this.published()
  }

  /** Something was published. */
  published(): void {
    this.#orTell(() => tellPublished(this.#outbox, this.#with.snapshots))
  }

  /** How each webhook does. */
  totals(): (WebhookTotals & { readonly webhook: string })[] {
    return [...this.#webhooks].map(([key, webhook]) => ({ webhook: webhookName(webhook), ...this.#outbox.totals(key) }))
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#deliveries.stop()
    this.#outbox.close()
  }

  #lookAtConditions(started: Date): void {
    if (this.#webhooks.size === 0) return
    const { configuration, statistics, clock } = this.#with
    const seen = { mirrors: statistics.mirrors(), disk: statistics.disk(), now: clock(), started }
    tellConditions(this.#outbox, conditionsOf(seen, thresholdsOf(configuration.notifications)))
  }

  #orTell(act: () => void): void {
    try {
      act()
    } catch (error) {
      this.#with.logger.error({ error: describeError(error) }, 'what happened could not be kept for the webhooks')
    }
  }
}
