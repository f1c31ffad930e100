import { describeError, isRepocastError, type Logger } from '@repocast/errors'
import type { RepositoryName } from '@repocast/objects'
import type { OriginConfiguration } from '../configuration.ts'
import type { OriginLayout } from '../layout.ts'
import { subscriptionsOf } from './configuration.ts'
import { Outbox } from './outbox.ts'
import { tellFailure, tellSuccess } from './tell.ts'

export interface ToldPublish {
  readonly repository: RepositoryName
  readonly configuration: OriginConfiguration
  readonly layout: OriginLayout
  readonly clock: () => Date
  readonly logger: Logger
}

/** Keeps for the webhooks when a publish fails; one that was told to stop has not failed. Ends as it does. */
export async function toldToWebhooks<T>(about: ToldPublish, publishing: Promise<T>): Promise<T> {
  try {
    const result = await publishing
    withOutbox(about, outbox => tellSuccess(outbox, about.repository))
    return result
  } catch (error) {
    if (isRepocastError(error)) withOutbox(about, outbox => tellFailure(outbox, about.repository, error))
    throw error
  }
}

/** That webhooks are not told is no reason to fail, nor to hide why a publish did. */
function withOutbox(about: ToldPublish, use: (outbox: Outbox) => void): void {
  const { configuration, layout, clock, logger } = about
  try {
    const subscriptions = subscriptionsOf(configuration.notifications)
    if (subscriptions.length === 0) return
    const outbox = new Outbox({ path: layout.notifications, origin: configuration.url, subscriptions, clock })
    try {
      use(outbox)
    } finally {
      outbox.close()
    }
  } catch (error) {
    logger.error({ error: describeError(error) }, 'what became of the publish could not be kept for the webhooks')
  }
}
